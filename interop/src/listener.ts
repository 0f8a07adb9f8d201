// Waits for frames of a connection: of those that have come, or are to come.
import { EventEmitter, once } from 'node:events';
import type { Frame, Wire } from '@antiphon/e2e/wire';

/** Longer than any run of the tests. */
const PATIENCE_MS = 60_000;
/** Frames that are shown when what was waited for did not come. */
const SHOWN = 30;

/** Hears everything that a connection gets; several may wait at the same time. */
export class Listener {
  readonly #wire: Wire;
  /** Says `frame` after each frame that came. */
  readonly #news = new EventEmitter<{ frame: [] }>().setMaxListeners(0);

  constructor(wire: Wire) {
    this.#wire = wire;
    wire.onFrame(() => this.#news.emit('frame'));
  }

  /** The first frame that is meant. */
  async frame(what: string, is: (frame: Frame) => boolean): Promise<Frame> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = this.#wire.frames.find(is);
      if (found) return found;
      await once(this.#news, 'frame', { signal: deadline }).catch(() => {
        const last = this.#wire.frames.slice(-SHOWN).map((frame) => JSON.stringify(frame));
        throw new Error(`${what}: not within ${PATIENCE_MS} ms; the last frames:\n${last.join('\n')}`);
      });
    }
  }
}
