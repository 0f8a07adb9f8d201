/** Which answers stream into a page already, so that what else comes from the room waits until they have ended. */
import type { Room } from '../room/room.ts';
import { Listeners, type ListenOptions, type Off } from '../store/listeners.ts';
import type { AnswerStream } from './stream.ts';
import type { Chunk7 } from './words.ts';

interface Streams {
  open: number;
  readonly listeners: Listeners<[]>;
}

const streams = new WeakMap<Room, Streams>();

function streamsOf(room: Room): Streams {
  const known = streams.get(room) ?? { open: 0, listeners: new Listeners() };
  streams.set(room, known);
  return known;
}

/** Counts an answer until it has ended. */
export function beginStream(room: Room, answer: AnswerStream): ReadableStream<Chunk7> {
  const own = streamsOf(room);
  own.open += 1;
  void answer.ended.then(() => {
    own.open -= 1;
    own.listeners.emit();
  });
  return answer.readable;
}

/** Whether an answer of this room streams into a page through a transport. */
export function isStreaming(room: Room): boolean {
  return streamsOf(room).open > 0;
}

/** Calls `listener` when one has ended. */
export function onStreamEnd(room: Room, listener: () => void, options?: ListenOptions): Off {
  return streamsOf(room).listeners.add(listener, options);
}
