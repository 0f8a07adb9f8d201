/** What pictures of a room are made from: the SDK's room if it is open, and what this page adds to it. */
import type {
  Approval,
  Bot,
  ChatClient,
  Member,
  Message,
  Present,
  Queue,
  ReadBy,
  Room,
  RoomEvent,
  Run,
  ToolCallPart,
  User,
} from '@antiphon/client';
import type { ApprovalView, MarkView, UserView } from '../view/model.ts';
import { type Readable, writable } from '../view/readable.ts';
import { approvalView } from './approval.ts';
import { activityOf, type AtWork } from './activity.ts';
import type { Caused } from './delivery.ts';
import { causedBy, type EventInRoom, indexEvents } from './item.ts';
import { memo, settled } from './memo.ts';
import { unknownUser, userView } from './people.ts';
import { Thoughts } from './thoughts.ts';
import { waitViews } from './waits.ts';

const NO_KEYS: readonly string[] = [];
const NO_EVENTS: readonly RoomEvent[] = [];
const NO_PEOPLE: readonly Present[] = [];
const NO_RUNS: readonly Run[] = [];
const NO_QUEUES: readonly Queue[] = [];
const NO_BOTS: readonly Bot[] = [];
const NOBODY: readonly string[] = [];
const NO_READERS: readonly ReadBy[] = [];
const NO_APPROVALS: readonly Approval[] = [];
const ALL_MARKS: readonly MarkView[] = ['pinned', 'hidden'];
const PIN_ONLY: readonly MarkView[] = ['pinned'];
const NO_MARKS: readonly MarkView[] = [];

export class Scene {
  readonly #client: ChatClient;
  readonly #id: string;
  readonly #user: () => User | undefined;
  readonly thoughts = new Thoughts();
  /** Tool calls whose end I asked for; a new set whenever it changes. */
  readonly asked = writable<ReadonlySet<string>>(new Set());

  readonly #controls: Readable<ReadonlySet<string>>;

  /** `user` is who is signed in, known before there is a connection; `controls` are bots that this user may start. */
  constructor(
    client: ChatClient,
    id: string,
    user: () => User | undefined,
    controls: Readable<ReadonlySet<string>>,
  ) {
    this.#controls = controls;
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
      return activity === undefined ? [] : [{ bot: run.bot, activity, asksMe: this.asksMe(run) }];
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

  approvals(): readonly Approval[] {
    return this.room?.approvals.all ?? NO_APPROVALS;
  }
  /** What is asked about a tool call. */
  approvalOf(call: ToolCallPart, run: string | undefined): ApprovalView | undefined {
    const found = this.approvals().find((one) =>
      call.approval === undefined ? one.toolCall === call.id && one.run === run : one.id === call.approval,
    );
    return found && this.#approvalView(found);
  }
  #approvalView(approval: Approval): ApprovalView {
    return approvalView(approval, {
      me: this.me().id,
      role: this.room?.me?.role,
      owner: this.room?.bots.find(({ user }) => user.id === approval.bot)?.owner,
      nameOf: (user) => this.user(user).name,
    });
  }

  /** How much a run asks that I may decide. */
  asksMe({ id }: Run): number {
    const open = this.room?.approvals.pending.filter(({ run }) => run === id) ?? [];
    return open.filter((approval) => this.#approvalView(approval).canDecide).length;
  }

  /** Bots that I was found to be allowed to start and stop. */
  controls(): ReadonlySet<string> {
    return this.#controls.get();
  }
  mayControl({ user, owner }: Bot): boolean {
    return owner === this.me().id || this.controls().has(user.id);
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
      causedBy(key === undefined ? undefined : this.message(key), runs, (id) => this.user(id)),
  );
  /** Who has read my newest message, as far as that is told. */
  readonly readers = settled(
    memo(
      () => [this.message(this.newestOwn() ?? ''), this.room?.readBy ?? NO_READERS, this.people()],
      ([message, readBy]) => (message ? seenBy(message, readBy, (id) => this.room?.member(id)) : NOBODY),
    ),
  );
  /** What I may mark messages as; the same arrays all the time. */
  marks(): readonly MarkView[] {
    const { me, info } = this.room ?? {};
    if (me?.role === 'owner' || me?.role === 'admin') return ALL_MARKS;
    return me?.role === 'member' && info?.kind !== 'group' ? PIN_ONLY : NO_MARKS;
  }
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
  /** Which messages wait for agents. */
  readonly waits = memo(
    () => [
      this.runs(),
      this.room?.queues ?? NO_QUEUES,
      this.room?.bots ?? NO_BOTS,
      this.people(),
      this.controls(),
    ],
    ([runs, queues, bots]) =>
      waitViews({
        runs,
        queues,
        bots,
        user: (id) => this.user(id),
        control: (bot) => this.mayControl(bot),
      }),
  );
  /** What agents ask beside their tool calls, by the key of the message below which it is shown. */
  readonly asks = memo(
    () => [this.approvals(), this.#answers(), this.people(), this.room?.me?.role],
    ([approvals, answers]) => {
      const asks = new Map<string, ApprovalView[]>();
      for (const approval of approvals) {
        if (approval.toolCall !== undefined) continue;
        const key = answers.get(approval.run) ?? this.run(approval.run)?.trigger;
        if (key === undefined) continue;
        asks.set(key, [...(asks.get(key) ?? []), this.#approvalView(approval)]);
      }
      return asks;
    },
  );
  readonly #events = memo(
    () => [this.events()],
    ([events]) => indexEvents(events),
  );
}

/** Names of those who have read a message. Of what was said before they came in nothing was unread for them. */
function seenBy(
  { ordinal = Infinity, at, sender }: Message,
  readBy: readonly ReadBy[],
  member: (id: string) => Member | undefined,
): readonly string[] {
  return readBy.flatMap(({ user, ordinal: read }) => {
    const reader = member(user);
    const hasSeen = user !== sender && read >= ordinal && (reader?.joinedAt ?? Infinity) <= at;
    return hasSeen && reader?.kind === 'person' ? [reader.name] : [];
  });
}
