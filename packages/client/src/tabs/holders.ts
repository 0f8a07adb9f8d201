/** Which tabs hold which rooms of a line, and what they want of them. */
import type { Receive } from '../model/room.ts';
import type { ServerFrame } from '../wire/frames.ts';
import type { Wire } from '../wire/words.ts';
import type { Port } from './switchboard.ts';

interface Hold {
  /** Its join was answered: before that it hears nothing of the room. */
  joined: boolean;
  /** Live content that it wants; all if left out. */
  readonly receive: readonly Receive[] | undefined;
}

/** Frames that hold live content, and the kinds of it that they may hold. */
const CONTENT: { readonly [Type in string]?: readonly Receive[] } = {
  append: ['text', 'reasoning', 'tools'],
  part: ['text', 'reasoning', 'tools'],
  typing: ['typing'],
  presence: ['presence'],
};

/** The rooms of a line. */
export class Holders {
  readonly #rooms = new Map<string, Map<Port, Hold>>();

  /** A tab wants a room, so much of it; gives how much of it all of them want. */
  wish(room: string, port: Port, receive: readonly Receive[] | undefined): Receive[] | undefined {
    const holds = this.#rooms.get(room) ?? new Map<Port, Hold>();
    this.#rooms.set(room, holds.set(port, { joined: holds.get(port)?.joined ?? false, receive }));
    const kinds = new Set<Receive>();
    for (const { receive: wanted } of holds.values()) {
      if (!wanted) return undefined;
      for (const kind of wanted) kinds.add(kind);
    }
    return [...kinds];
  }

  joined(room: string, port: Port): void {
    const hold = this.#rooms.get(room)?.get(port);
    if (hold) hold.joined = true;
  }

  /** A join was refused; who was in the room before still is. */
  refused(room: string, port: Port): void {
    if (this.#rooms.get(room)?.get(port)?.joined === false) this.leave(room, port);
  }

  /** A tab wants a room no longer. True if another one still does. */
  leave(room: string, port: Port): boolean {
    const holds = this.#rooms.get(room);
    holds?.delete(port);
    if (holds?.size === 0) this.#rooms.delete(room);
    return this.#rooms.has(room);
  }

  /** A tab is gone; gives the rooms that nobody holds any more. */
  forget(port: Port): string[] {
    const held = [...this.#rooms.keys()].filter((room) => this.has(room, port));
    return held.filter((room) => !this.leave(room, port));
  }

  /** The server took the room from the line. */
  revoked(room: string): void {
    this.#rooms.delete(room);
  }

  has(room: string, port: Port): boolean {
    return this.#rooms.get(room)?.has(port) ?? false;
  }

  /** Whether a tab hears what is said in a room in frames of this type. */
  hears(room: string, port: Port, type: string): boolean {
    const hold = this.#rooms.get(room)?.get(port);
    if (!hold?.joined) return false;
    const kinds = CONTENT[type];
    return !hold.receive || !kinds || kinds.some((kind) => hold.receive?.includes(kind));
  }
}

/**
 * What the answer to a join says, in frames for those who are in the room already. Of it they take what they lack, as after
 * any catch-up; who lacks more than it holds notices, and joins again.
 */
export function catchUp({ room, entries, streams, more, head, signals }: Wire.Joined): ServerFrame[] {
  const frames: ServerFrame[] = [];
  if (entries.length > 0) frames.push({ type: 'entries', room, entries, more });
  for (const { text, at, end, value, visible_to, message_id, part, generation } of streams) {
    const about = { room, message_id, part, generation };
    frames.push({ type: 'part', ...about, value, ...(visible_to && { visible_to }) });
    frames.push({ type: 'append', ...about, at, end, text });
  }
  // Where pages follow, the server says it itself.
  if (!more) frames.push({ type: 'caught_up', room, seq: head, signals });
  return frames;
}
