/** Rooms of the demonstration: they are listed, made and left; what else is done to them changes nothing. */
import { type UserView, type Writable, writable } from '@antiphon/react/ui/kit';
import { ines, mara, scribe } from '@antiphon/react/ui/samples';
import type { NewRoomInput, OpenRoom, PinView, Places, PlaceView, RoomListView } from '../page/page.ts';

const nothing = (): Promise<void> => Promise.resolve();

export class DemoPlaces implements Places {
  readonly mine: Writable<ReadonlyMap<string, PlaceView>>;
  readonly change = nothing;
  readonly invite = nothing;
  readonly removeMember = nothing;
  readonly changeRole = nothing;
  readonly #rooms: Writable<RoomListView>;

  constructor(rooms: Writable<RoomListView>) {
    this.#rooms = rooms;
    this.mine = writable<ReadonlyMap<string, PlaceView>>(
      new Map(
        rooms.get().rooms.map(({ id, name, kind }): [string, PlaceView] => [
          id,
          {
            id,
            name,
            kind,
            topic: '',
            open: true,
            manage: kind === 'group',
            owned: kind === 'group',
            home: id === 'general',
          },
        ]),
      ),
    );
  }

  create({ name }: NewRoomInput): Promise<string> {
    this.#rooms.update((list) => ({
      ...list,
      rooms: [...list.rooms, { id: name, name, kind: 'group', unread: 0, mentioned: false }],
    }));
    return Promise.resolve(name);
  }

  leave(id: string): Promise<void> {
    this.#rooms.update((list) => ({ ...list, rooms: list.rooms.filter((room) => room.id !== id) }));
    return nothing();
  }

  delete(id: string): Promise<void> {
    return this.leave(id);
  }

  discover(): Promise<readonly OpenRoom[]> {
    return Promise.resolve([
      { id: 'lighthouse', name: 'lighthouse', topic: 'Who watches the watchers' },
      { id: 'tide-tables', name: 'tide-tables' },
    ]);
  }

  pinned(): Promise<readonly PinView[]> {
    return Promise.resolve([
      { key: 'm1', excerpt: 'The door opens at nine on Thursday.', at: Date.now(), author: mara.name },
    ]);
  }

  acquaintances(): Promise<readonly UserView[]> {
    return Promise.resolve([scribe, mara, ines]);
  }
}
