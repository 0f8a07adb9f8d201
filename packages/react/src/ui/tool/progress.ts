/** A tool's progress as people expect it: it never runs backwards, and estimates only what it has seen enough of. */

/** Reports needed before an estimate is more than a guess. */
const SAMPLES_FOR_ESTIMATE = 3;
/** Calls remembered, so that a card that scrolls away and back keeps its bar. */
const REMEMBERED_CALLS = 200;

export class ProgressTrack {
  #furthest = 0;
  #samples = 0;
  #firstAt = 0;
  #firstFraction = 0;
  #lastAt = 0;

  /** Takes a report and returns the fraction to draw. */
  report(fraction: number, now: number): number {
    const inside = Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0;
    if (this.#samples === 0) {
      this.#firstAt = now;
      this.#firstFraction = inside;
    }
    if (this.#samples === 0 || inside > this.#furthest) {
      this.#furthest = inside;
      this.#samples += 1;
      this.#lastAt = now;
    }
    return this.#furthest;
  }

  /** Milliseconds that are probably left, once there is evidence for it. */
  remainingMs(now: number): number | undefined {
    const gained = this.#furthest - this.#firstFraction;
    if (this.#samples < SAMPLES_FOR_ESTIMATE || gained <= 0 || this.#furthest >= 1) return undefined;
    const whole = ((this.#lastAt - this.#firstAt) / gained) * (1 - this.#furthest);
    return Math.max(0, whole - (now - this.#lastAt));
  }
}

const tracks = new Map<string, ProgressTrack>();

export function trackOf(callId: string): ProgressTrack {
  const known = tracks.get(callId);
  if (known) return known;
  const oldest = tracks.size >= REMEMBERED_CALLS ? tracks.keys().next().value : undefined;
  if (oldest !== undefined) tracks.delete(oldest);
  const track = new ProgressTrack();
  tracks.set(callId, track);
  return track;
}
