/** What pictures of a room are made from: the SDK's room if it is open, and what this page adds to it. */
import type { ChatClient, Message, Present, Room, RoomEvent, Run, User } from '@antiphon/client';
import type { UserView } from '../view/model.ts';
import { writable } from '../view/readable.ts';
import { activityOf, type AtWork } from './activity.ts';
import type { Caused } from './delivery.ts';
import { causedBy, type EventInRoom, indexEvents } from './item.ts';
import { memo, settled } from './memo.ts';
import { unknownUser, userView } from './people.ts';
import { Thoughts } from './thoughts.ts';
import { placeInLine } from './work.ts';

const NO_KEYS: readonly string[] = [];
const NO_EVENTS: readonly RoomEvent[] = [];
const NO_PEOPLE: readonly Present[] = [];
const NO_RUNS: readonly Run[] = [];

export class Scene {
  readonly #client: ChatClient;
  readonly #id: string;
  readonly #user: () => User | undefined;
  readonly thoughts = new Thoughts();
  /** Tool calls whose end I asked for; a new set whenever it changes. */
  readonly asked = writable<ReadonlySet<string>>(new Set());

  /** `user` is who is signed in, known before there is a connection. */
  constructor(client: ChatClient, id: string, user: () => User | undefined) {
    this.#client = client;
    this.#id = id;
    this.#user = user;
  }

  get room(): Room | undefined {
    return this.#client.getRoom(this.#id);
  }

  keys(): readonly string[] {
    return this.room?.keys ?? NO_KEYS;
  }
  events(): readonly RoomEvent[] {
    return this.room?.events ?? NO_EVENTS;
  }
  people(): readonly Present[] {
    return this.room?.members ?? NO_PEOPLE;
  }
  runs(): readonly Run[] {
    return this.room?.runs ?? NO_RUNS;
  }
  /** The message that a run writes: the run itself may not have told yet. */
  answer(run: Run): Message | undefined {
    return this.message(run.answer ?? this.#answers().get(run.id) ?? '');
  }
  /** Which agents are at work here; the same array while it says the same. */
  readonly atWork = settled(() =>
    this.runs().flatMap((run): AtWork[] => {
      const activity = activityOf(run, this.answer(run));
      return activity === undefined ? [] : [{ bot: run.bot, activity }];
    }),
  );
  stopping(): ReadonlySet<string> {
    return this.asked.get();
  }

  message(key: string): Message | undefined {
    return this.room?.getMessage(key);
  }
  run(id: string): Run | undefined {
    return this.room?.getRun(id);
  }
  event(key: string): EventInRoom | undefined {
    return this.#events().get(key);
  }

  me(): UserView {
    const user = this.#user();
    return user ? userView(user) : unknownUser('');
  }
  user(id: string): UserView {
    const member = this.room?.member(id);
    return member ? userView(member) : unknownUser(id);
  }
  author({ own, sender }: Message): UserView {
    return own ? this.me() : this.user(sender);
  }

  /** Who asked for a run may stop it, and who keeps order in the room. */
  mayStop(run: Run): boolean {
    const role = this.room?.me?.role;
    return run.triggeredBy === this.me().id || role === 'owner' || role === 'admin';
  }

  /** Key of my newest message. */
  readonly newestOwn = memo(
    () => [this.keys(), this.room],
    ([keys, room]) => keys.findLast((key) => room?.getMessage(key)?.own === true),
  );
  /** What my newest message has caused so far. */
  readonly caused = memo(
    () => [this.newestOwn(), this.runs()],
    ([key, runs]): readonly Caused[] =>
      causedBy(
        key === undefined ? undefined : this.message(key),
        runs,
        (id) => this.user(id),
        (run) => placeInLine(run, runs),
      ),
  );
  readonly #events = memo(
    () => [this.events()],
    ([events]) => indexEvents(events),
  );
  /** Keys of messages by the run that wrote them. */
  readonly #answers = memo(
    () => [this.keys(), this.room],
    ([keys, room]) =>
      new Map(
        keys.flatMap((key): [string, string][] => {
          const run = room?.getMessage(key)?.run;
          return run === undefined ? [] : [[run, key]];
        }),
      ),
  );
}
