/** Reading backwards: one page at a time, and how much of it is kept. */
import { ChatError } from '../errors.ts';
import { NOW } from '../store/store.ts';
import type { Place } from './core.ts';
import type { RoomLog } from './log.ts';

/** Messages held per room; what a reader fetched beyond is held as well. */
const KEPT = 1_000;
const PAGE = 50;
/** The largest page that servers give. */
const LONG_PAGE = 200;
/** A page may hold no message at all, only what bots did: fetch on, but not for ever. */
const PAGES = 8;

/** The history of one room. */
export class History {
  readonly #place: Place;
  readonly #log: RoomLog;
  #fetching: Promise<void> | undefined;
  #extra = 0;

  constructor(place: Place, log: RoomLog) {
    this.#place = place;
    this.#log = log;
  }

  get loading(): boolean {
    return this.#fetching !== undefined;
  }

  get hasOlder(): boolean {
    return this.#log.epoch !== undefined && this.#log.lowest > 1;
  }

  /** How many messages are kept. */
  get limit(): number {
    return KEPT + this.#extra;
  }

  /** The log starts over. */
  reset(): void {
    if (!this.#log.messages.size) this.#extra = 0;
  }

  /** Fetches at least one message more, if there is one. */
  loadOlder(count = PAGE): Promise<void> {
    if (!this.#fetching) {
      this.#fetching = this.#fetch(count).finally(() => {
        this.#fetching = undefined;
        this.#log.forgetPage();
        this.#place.show(NOW);
      });
      this.#place.show(NOW);
    }
    return this.#fetching;
  }

  /** Fetches as far back as this position; gives the message there, or the first one after it. */
  async reach(seq: number): Promise<string | undefined> {
    while (this.hasOlder && this.#log.lowest > seq) await this.loadOlder(LONG_PAGE);
    return this.#log.messages.from(seq);
  }

  async #fetch(limit: number): Promise<void> {
    const log = this.#log;
    const { id: room, core } = this.#place;
    const before = log.messages.size;
    for (let page = 0; page < PAGES && this.hasOlder && log.messages.size === before; page += 1) {
      const { epoch, lowest } = log;
      log.expectPage();
      const page = await core.connection.ask({ type: 'history', room, before: lowest, limit });
      if (log.epoch !== epoch || log.lowest !== lowest)
        throw new ChatError('conflict', 'try again', { retryable: true });
      log.prepend(page.entries, page.more, core.me);
    }
    this.#extra += log.messages.size - before;
  }
}
