/** Requests of a room that need more than one line. */
import { mintId } from '../environment.ts';
import type { Replies, Request, RequestOf } from '../wire/frames.ts';
import type { Wire } from '../wire/words.ts';
import type { Core } from './core.ts';

/** Requests that change something and can carry an id. */
export type Write = Extract<Request, { id?: unknown; room: string }>['type'] & keyof Replies;

/** Members fetched by themselves: names for the messages in view, not a census. */
const MEMBER_PAGES = 5;

/** Asks for a change: under an id of its own, so that it can be repeated when the answer was lost. */
export function write<T extends Write>(
  { connection, now }: Pick<Core, 'connection' | 'now'>,
  request: RequestOf<T>,
): Promise<Replies[T]> {
  return connection.ask<T>({ ...request, id: mintId(now()) }, 'repeat');
}

/** Asks the server to stop a run, a tool call, or what a message caused. */
export async function cancel(
  { connection }: Pick<Core, 'connection'>,
  what: { room: string; run?: string; tool_call?: string; message_id?: string },
): Promise<void> {
  // What was stopped stays stopped, so a Stop whose answer was lost is pressed again.
  await connection.ask({ type: 'cancel', ...what }, 'repeat');
}

/** Fetches a room's members, page by page. */
export async function loadMembers(
  { connection }: Pick<Core, 'connection'>,
  room: string,
  take: (members: Wire.Member[]) => void,
): Promise<void> {
  await pages(MEMBER_PAGES, async (after) => {
    const { members, more } = await connection.ask({ type: 'list_members', room, after });
    take(members);
    return more ? members.at(-1)?.user : undefined;
  });
}

/** Fetches page after page, each with what the one before it ended with; not for ever. */
export async function pages(
  most: number,
  fetch: (after: string | undefined) => Promise<string | undefined>,
): Promise<void> {
  let after: string | undefined;
  for (let page = 0; page < most; page += 1) {
    after = await fetch(after);
    if (after === undefined) return;
  }
}
