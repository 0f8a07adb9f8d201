/** What is kept of things that are over, for what they say about messages in view; not for ever. */

/** How many runs, or decisions, a room holds before it forgets one that is over. */
const KEPT = 200;

/** Forgets the oldest one that is over, if there are too many. */
export function forgetOldest<T>(held: Map<string, T>, over: (one: T) => boolean): void {
  if (held.size <= KEPT) return;
  for (const [id, one] of held) {
    if (!over(one)) continue;
    held.delete(id);
    return;
  }
}
