/** Requests of a room that need more than one line. */
import type { Message } from '../model/message.ts';
import { toMessage } from '../wire/convert.ts';
import type { Wire } from '../wire/words.ts';
import type { Core } from './core.ts';

/** Members fetched by themselves: names for the messages in view, not a census. */
const MEMBER_PAGES = 5;

/** Asks the server to stop a run, a tool call, or what a message caused. */
export async function cancel(
  core: Core,
  what: { room: string; run?: string; tool_call?: string; message_id?: string },
): Promise<void> {
  // What was stopped stays stopped, so a Stop whose answer was lost is pressed again.
  await core.insist({ type: 'cancel', ...what });
}

/** Finds messages by their words, in one room or in all of one's rooms. */
export async function search(
  core: Pick<Core, 'ask' | 'me'>,
  query: string,
  { room, limit }: { room?: string | undefined; limit?: number | undefined },
): Promise<readonly Message[]> {
  const found = await core.ask({ type: 'search', query, room, limit });
  return found.messages.map((message) => toMessage(message, message.id, core.me));
}

/** Fetches a room's members, page by page. */
export async function loadMembers(
  core: Pick<Core, 'ask'>,
  room: string,
  take: (members: Wire.Member[]) => void,
): Promise<void> {
  await pages(MEMBER_PAGES, async (after) => {
    const { members, more } = await core.ask({ type: 'list_members', room, after });
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
