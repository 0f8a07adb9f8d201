/** The order of the log: messages, and between them what happened to the room. */
import type { Message, RoomEvent } from '@antiphon/client';

/**
 * Keys of messages and events by position; one's own unsent messages last. A room in which nobody has said anything
 * yet has none, so that it shows its invitation instead of its paperwork.
 */
export function orderedKeys(
  keys: readonly string[],
  events: readonly RoomEvent[],
  get: (key: string) => Message | undefined,
): readonly string[] {
  if (keys.length === 0) return [];
  const result: string[] = [];
  let next = 0;
  for (const key of keys) {
    const seq = get(key)?.seq ?? Infinity;
    for (let event = events[next]; event && event.seq < seq; event = events[next]) {
      result.push(event.key);
      next += 1;
    }
    result.push(key);
  }
  return [...result, ...events.slice(next).map(({ key }) => key)];
}

/** The first message of others beyond the `read`th; nothing where nothing was read before. */
export function firstUnread(
  keys: readonly string[],
  read: number,
  get: (key: string) => Message | undefined,
): string | undefined {
  if (read === 0) return undefined;
  return keys.find((key) => {
    const message = get(key);
    return message?.ordinal !== undefined && message.ordinal > read && !message.own;
  });
}
