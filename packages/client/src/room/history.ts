/** Reading backwards: one page at a time, and how much of it is kept. */
import { ChatError } from '../errors.ts';
import type { Core } from './core.ts';
import type { RoomLog } from './log.ts';

/** Messages held per room; what a reader fetched beyond is held as well. */
const KEPT = 1_000;
const PAGE = 50;
/** A page may hold no message at all, only what bots did: fetch on, but not for ever. */
const PAGES = 8;

/** The history of one room. */
export class History {
  readonly #room: string;
  readonly #core: Core;
  readonly #log: RoomLog;
  readonly #changed: () => void;
  #fetching: Promise<void> | undefined;
  #extra = 0;

  constructor(room: string, core: Core, log: RoomLog, changed: () => void) {
    this.#room = room;
    this.#core = core;
    this.#log = log;
    this.#changed = changed;
  }

  get loading(): boolean {
    return this.#fetching !== undefined;
  }

  get hasOlder(): boolean {
    return this.#log.position.epoch !== undefined && this.#log.position.lowest > 1;
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
        this.#changed();
        this.#core.store.settle();
      });
      this.#changed();
      this.#core.store.settle();
    }
    return this.#fetching;
  }

  async #fetch(limit: number): Promise<void> {
    const before = this.#log.messages.size;
    for (let page = 0; page < PAGES && this.hasOlder && this.#log.messages.size === before; page += 1) {
      const { epoch, lowest } = this.#log.position;
      this.#log.expectPage();
      const { entries, more } = await this.#core.ask({
        type: 'history',
        room: this.#room,
        before: lowest,
        limit,
      });
      const { position } = this.#log;
      if (position.epoch !== epoch || position.lowest !== lowest) {
        throw new ChatError('conflict', 'the room was loaded anew', { retryable: true });
      }
      this.#log.prepend(entries, more, this.#core.me);
    }
    this.#extra += this.#log.messages.size - before;
  }
}
