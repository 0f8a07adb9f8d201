/**
 * A chat transport for the AI SDK over a room: what the page says goes into the room, and the answer that comes of it streams
 * back. The connection is the client's own: it comes back by itself, so a stream is never cut.
 */
import { isFinalRun, type Run } from '../model/agent.ts';
import type { Part } from '../model/part.ts';
import type { Room } from '../room/room.ts';
import { beginStream } from './own-streams.ts';
import { AnswerStream, type Cause } from './stream.ts';
import { type AiVersion, type ChunkOf, fieldsOf, isTool, type UIMessageLike, type UIPart } from './words.ts';

/** Options of {@link roomTransport}. */
export interface RoomTransportOptions<V extends AiVersion> {
  /** The major version of the package `ai`; 7 if left out. */
  readonly version?: V;
}

/** What the SDK asks of a transport. */
export interface SendOptions {
  readonly trigger: 'submit-message' | 'regenerate-message';
  readonly messages: readonly UIMessageLike[];
  readonly abortSignal: AbortSignal | undefined;
}

/** A transport as `useChat` and `Chat` of the SDK take it. */
export interface RoomTransport<V extends AiVersion> {
  /** A resumed stream begins at the beginning. */
  readonly resumeStreamIsReplay: true;
  sendMessages(options: SendOptions): Promise<ReadableStream<ChunkOf<V>>>;
  reconnectToStream(options: {
    readonly abortSignal?: AbortSignal | undefined;
  }): Promise<ReadableStream<ChunkOf<V>> | null>;
}

/** A transport over a room. */
export function roomTransport<V extends AiVersion = 7>(
  room: Room,
  { version = 7 as V }: RoomTransportOptions<V> = {},
): RoomTransport<V> {
  const open = (answer: AnswerStream) => beginStream(room, answer) as ReadableStream<ChunkOf<V>>;
  return {
    resumeStreamIsReplay: true,
    async sendMessages({ trigger, messages, abortSignal }) {
      abortSignal?.throwIfAborted();
      const last = messages.at(-1);
      if (last?.role === 'user') {
        const said = say(room, last, trigger === 'submit-message');
        return open(new AnswerStream(room, version, { said, abortSignal }));
      }
      if (last?.role !== 'assistant')
        throw new TypeError('the last message is neither a person’s nor an answer');
      await decide(room, last);
      const run = runOf(room, last.id);
      if (!run) throw new Error('nothing more is known of the answer that was decided about');
      return open(new AnswerStream(room, version, { run, holds: last, abortSignal }));
    },
    async reconnectToStream({ abortSignal }) {
      await room.ready;
      abortSignal?.throwIfAborted();
      const run = resumable(room);
      return run ? open(new AnswerStream(room, version, { run, abortSignal })) : null;
    },
  };
}

/** Says it, unless it is in the room already: the SDK asks once more with the same words after a failure. */
function say(room: Room, message: UIMessageLike, own: boolean): NonNullable<Cause['said']> {
  const parts = message.parts.flatMap((part) => toPart(fieldsOf(part)));
  const held = own ? room.getMessage(message.id) : undefined;
  // Other words under the same id: the page has edited them. What was said stays in the room, so these are said as well.
  const edited = held !== undefined && !sayTheSame(held.parts, parts);
  if (!own || edited || !ID.test(message.id)) return room.sendMessage({ parts });
  const key = message.id;
  if (!held) return room.sendMessage({ parts, key });
  if (held.delivery === 'failed') room.retry(key);
  return { key, cancel: () => room.stop(key) };
}

/** What an id may be; others are minted anew. */
const ID = /^(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.:@|~-]{0,127}$/;

function sayTheSame(a: readonly Part[], b: readonly Part[]): boolean {
  const words = (parts: readonly Part[]) =>
    JSON.stringify(parts.map((part) => (part.type === 'text' ? part.text : part)));
  return words(a) === words(b);
}

function toPart(part: UIPart): Part[] {
  if (part.type === 'text') return part.text?.trim() ? [{ type: 'text', text: part.text }] : [];
  if (part.type === 'file' && part.url !== undefined) {
    const { url, mediaType = 'application/octet-stream', filename: name = 'file' } = part;
    // How long it is, only its host knows.
    return [{ type: 'file', name, mediaType, size: 0, url }];
  }
  if (part.type.startsWith('data-')) return [{ type: 'data', name: part.type.slice(5), value: part.data }];
  return [];
}

/** Passes on what the page has decided about tools. */
async function decide(room: Room, message: UIMessageLike): Promise<void> {
  for (const { state, approval } of message.parts.filter(isTool).map(fieldsOf)) {
    if (state !== 'approval-responded' || approval?.approved === undefined) continue;
    const { id, approved, reason } = approval;
    if (room.approvals.get(id)?.decision) continue;
    // Whoever comes second is told what counts, by how the answer goes on.
    await room.approvals.decide(id, {
      action: approved ? 'approve' : 'deny',
      ...(reason !== undefined && { reason }),
    });
  }
}

function runOf(room: Room, message: string): Run | undefined {
  const run = room.getMessage(message)?.run;
  return run === undefined ? undefined : room.getRun(run);
}

/** What somebody who comes back wants to see: what they asked last, or else what an agent is at. */
function resumable(room: Room): Run | undefined {
  const me = room.me?.id;
  const open = room.runs.filter(({ state }) => !isFinalRun(state));
  return (
    open.findLast(({ triggeredBy }) => triggeredBy === me) ?? open.findLast(({ state }) => state !== 'queued')
  );
}
