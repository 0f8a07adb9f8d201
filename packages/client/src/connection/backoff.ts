/** How long to wait before the next attempt: full jitter above a floor, so that many clients never arrive together. */

/** Bounds of the wait between attempts. */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
  /** Failures in a row after which it gives up; endless by default, because a page that gave up is a dead page. */
  readonly maxAttempts: number;
}

/** Half a second at first, twenty at most, for ever. */
export const BACKOFF: Backoff = { minMs: 500, maxMs: 20_000, maxAttempts: Infinity };

/** A connection that lived this long proved usable: the count of failures starts again. */
export const STEADY_MS = 10_000;

/** Most drops of a steady connection are restarts or radio changes: come back at once, spread over this time. */
const FIRST_SPREAD_MS = 400;

/** The first wait after a steady connection. */
export function firstDelay(random: number): number {
  return random * FIRST_SPREAD_MS;
}

/** The wait after `failures` attempts in a row failed. */
export function delayAfter(
  failures: number,
  random: number,
  { minMs, maxMs }: { minMs: number; maxMs: number },
): number {
  const cap = Math.min(maxMs, minMs * 2 ** Math.min(failures, 30));
  return cap / 4 + random * cap * 0.75;
}
