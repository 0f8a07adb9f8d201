/** When an agent's thoughts ended: the log does not say, so it is what this page has seen. */
import type { ReasoningPart } from '../view/model.ts';

/** More than a page shows; the oldest are forgotten first. */
const REMEMBERED = 500;

export class Thoughts {
  readonly #open = new Map<string, number>();
  readonly #ended = new Map<string, number>();

  /** A thought under an id, open or over. */
  see(id: string, open: boolean, now: number): Pick<ReasoningPart, 'startedAt' | 'endedAt'> {
    const startedAt = this.#open.get(id) ?? now;
    if (open) {
      this.#open.set(id, startedAt);
      if (this.#open.size > REMEMBERED) this.#forgetOldest();
      return { startedAt };
    }
    if (!this.#open.has(id)) return { startedAt };
    const endedAt = this.#ended.get(id) ?? now;
    this.#ended.set(id, endedAt);
    return { startedAt, endedAt };
  }

  #forgetOldest(): void {
    for (const id of this.#open.keys()) {
      this.#open.delete(id);
      this.#ended.delete(id);
      return;
    }
  }
}
