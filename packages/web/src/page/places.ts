/** Rooms as they are kept in order: found, changed, left; people and agents asked in and out. */
import type { ChatClient, Role, RoomSummary, Visibility } from '@antiphon/client';
import { directoryOf } from '@antiphon/client/directory';
import { glanceOf, type Readable, roomName, type UserView, userView } from '@antiphon/react/ui/kit';
import type { NewRoomInput, OpenRoom, PinView, PlaceChange, Places, PlaceView } from './page.ts';

/** Fetched with the first deed: most people only read and write. */
const rooms = () => import('@antiphon/client/rooms');

/** In so many of my rooms, the latest active ones, is looked for people whom I know. */
const ROOMS_LOOKED_AT = 12;

export class LivePlaces implements Places {
  readonly mine: Readable<ReadonlyMap<string, PlaceView>>;
  readonly #client: ChatClient;

  constructor(client: ChatClient, mine: Readable<ReadonlyMap<string, PlaceView>>) {
    this.#client = client;
    this.mine = mine;
  }

  async create({ name, topic, open, members }: NewRoomInput): Promise<string> {
    const { id } = await (
      await rooms()
    ).createRoom(this.#client, {
      name,
      members,
      visibility: visibility(open),
      ...(topic === undefined ? {} : { topic }),
    });
    return id;
  }

  async change(room: string, { name, topic, open }: PlaceChange): Promise<void> {
    await (
      await rooms()
    ).updateRoom(this.#client, room, {
      ...(name === undefined ? {} : { name }),
      ...(topic === undefined ? {} : { topic }),
      ...(open === undefined ? {} : { visibility: visibility(open) }),
    });
  }

  async leave(room: string): Promise<void> {
    await this.#client.ask({ type: 'leave_room', room, forget: true });
  }

  async delete(room: string): Promise<void> {
    await (await rooms()).deleteRoom(this.#client, room);
  }

  async invite(room: string, users: readonly string[]): Promise<void> {
    await (await rooms()).invite(this.#client, room, users);
  }

  async removeMember(room: string, user: string): Promise<void> {
    await (await rooms()).removeMember(this.#client, room, user);
  }

  async changeRole(room: string, user: string, role: Role): Promise<void> {
    await (await rooms()).changeMember(this.#client, room, user, role);
  }

  async discover(): Promise<readonly OpenRoom[]> {
    const found = await (await rooms()).discoverRooms(this.#client);
    return found
      .map(({ id, name, kind, topic }) => ({
        id,
        name: roomName(name, kind, undefined),
        ...(topic === undefined || topic === '' ? {} : { topic }),
      }))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  async pinned(room: string): Promise<readonly PinView[]> {
    const members = this.#client.getRoom(room);
    const pinned = await (await rooms()).listPinned(this.#client, room);
    return pinned.map((message) => {
      const { key, at, sender } = message;
      return { key, at, excerpt: glanceOf(message), author: members?.member(sender)?.name ?? sender };
    });
  }

  async acquaintances(room: string): Promise<readonly UserView[]> {
    const directory = directoryOf(this.#client);
    const others = directory.rooms.filter(({ id }) => id !== room).slice(0, ROOMS_LOOKED_AT);
    const [here, ...elsewhere] = await Promise.all(
      [room, ...others.map(({ id }) => id)].map((id) => directory.membersOf(id)),
    );
    const known = new Map<string, UserView>();
    for (const user of [...directory.bots.map((bot) => bot.user), ...elsewhere.flat()])
      known.set(user.id, userView(user));
    for (const { id } of here ?? []) known.delete(id);
    return [...known.values()].sort(byKindAndName);
  }
}

function visibility(open: boolean): Visibility {
  return open ? 'public' : 'private';
}

function byKindAndName(a: UserView, b: UserView): number {
  return a.kind === b.kind ? a.name.localeCompare(b.name) : a.kind === 'bot' ? -1 : 1;
}

/** What is known of my rooms without opening them. */
export function placesOf(
  rooms: readonly RoomSummary[],
  home: string | undefined,
): ReadonlyMap<string, PlaceView> {
  return new Map(
    rooms.map(({ id, name, topic, kind, visibility, role }): [string, PlaceView] => [
      id,
      {
        id,
        name,
        topic: topic ?? '',
        kind,
        open: visibility === 'public',
        manage: kind === 'group' && (role === 'owner' || role === 'admin'),
        owned: role === 'owner',
        home: id === home,
      },
    ]),
  );
}
