/** Who the other one is in rooms for two: asked for once, because it never changes. */
import type { ChatClient, RoomSummary, User } from '@antiphon/client';
import { directoryOf } from '@antiphon/client/directory';
import { writable } from '../view/readable.ts';

export class Others {
  readonly #client: ChatClient;
  readonly #asked = new Set<string>();
  /** By room; a new map whenever one more is known. */
  readonly known = writable<ReadonlyMap<string, User>>(new Map());

  constructor(client: ChatClient) {
    this.#client = client;
  }

  /** Asks for those who are not known yet. */
  look(rooms: readonly RoomSummary[]): void {
    for (const { id, kind } of rooms) {
      if (kind === 'group' || this.#asked.has(id)) continue;
      this.#asked.add(id);
      // Lost with the connection: asked again with the next list of rooms.
      this.#ask(id).catch(() => this.#asked.delete(id));
    }
  }

  /** Somebody else is signed in: the other one is another one. */
  forget(): void {
    this.#asked.clear();
    this.known.set(new Map());
  }

  async #ask(room: string): Promise<void> {
    const members = await directoryOf(this.#client).membersOf(room);
    const other = members.find(({ id }) => id !== this.#client.user?.id);
    if (other) this.known.update((known) => new Map(known).set(room, other));
  }
}
