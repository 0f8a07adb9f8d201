/** The rooms that are open, each once, with a count of who holds it. */
import type { Timer } from '../environment.ts';
import type { Core } from './core.ts';
import { RoomHandle } from './handle.ts';

/** A component that unmounts and mounts again, as React's StrictMode does, must not leave the room in between. */
export const LINGER_MS = 250;
/** Entries asked for at first. */
const HISTORY = 50;

interface Open {
  readonly handle: RoomHandle;
  holders: number;
  readonly linger: Timer;
}

/** The rooms of a client. */
export class Rooms {
  readonly #core: Core;
  readonly #open = new Map<string, Open>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** The room if it is open, without holding it. */
  get(id: string): RoomHandle | undefined {
    return this.#open.get(id)?.handle;
  }

  /** Every open room. */
  all(): RoomHandle[] {
    return [...this.#open.values()].map(({ handle }) => handle);
  }

  /** Holds a room; opens it if nobody did. */
  hold(id: string, history = HISTORY): RoomHandle {
    const open = this.#open.get(id) ?? this.#make(id, history);
    open.linger.clear();
    open.holders += 1;
    return open.handle;
  }

  /** Closes every room at once. */
  close(): void {
    for (const { handle, linger } of this.#open.values()) {
      linger.clear();
      handle.end();
    }
    this.#open.clear();
  }

  #make(id: string, history: number): Open {
    const handle = new RoomHandle(id, history, this.#core, (forget) => this.#release(id, forget));
    const open: Open = { handle, holders: 0, linger: this.#core.environment.timer() };
    this.#open.set(id, open);
    handle.join();
    this.#core.store.settle();
    return open;
  }

  #release(id: string, forget: boolean): void {
    const open = this.#open.get(id);
    if (!open) return;
    if (forget) return this.#end(id, open, true);
    open.holders -= 1;
    if (open.holders <= 0) open.linger.set(LINGER_MS, () => this.#end(id, open, false));
  }

  #end(id: string, open: Open, forget: boolean): void {
    open.linger.clear();
    this.#open.delete(id);
    open.handle.end();
    this.#core.store.settle();
    const nothing = () => undefined;
    this.#core.request<'leave_room'>({ type: 'leave_room', room: id, forget }, nothing, (error) => {
      if (forget) this.#core.error(error);
    });
  }
}
