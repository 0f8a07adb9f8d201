/** The rooms that are open, each once. */
import { ignore } from '../environment.ts';
import type { Core } from './core.ts';
import { RoomHandle } from './handle.ts';
import type { JoinOptions } from './subscription.ts';

/** The rooms of a client. */
export class Rooms extends Map<string, RoomHandle> {
  readonly #core: Core;

  constructor(core: Core) {
    super();
    this.#core = core;
  }

  /** Holds a room; opens it if nobody did. */
  hold(id: string, wanted: JoinOptions): RoomHandle {
    const room = this.get(id) ?? new RoomHandle(id, wanted, this.#core, (forget) => this.#end(room, forget));
    if (!this.has(id)) {
      this.set(id, room);
      room.subscription.join();
      this.#core.store.settle();
    }
    room.holders.hold();
    room.subscription.widen(wanted);
    return room;
  }

  #end(handle: RoomHandle, forget: boolean): void {
    const { id: room } = handle;
    handle.holders.forget();
    if (this.get(room) !== handle) return;
    this.delete(room);
    handle.end();
    this.#core.store.settle();
    const failed = forget ? this.#core.error : ignore;
    this.#core.connection.request<'leave_room'>({ type: 'leave_room', room, forget }, ignore, failed);
  }
}
