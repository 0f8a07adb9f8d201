/** A room of the page, over a room of the SDK: what is looked at keeps it open. */
import { type ChatClient, isFinalTool, type Room, textOf, type User } from '@antiphon/client';
import type { Outgoing, RoomView } from '../view/chat.ts';
import type {
  LogItem,
  LogView,
  MarkView,
  MemberView,
  RoomInfo,
  UserView,
  VerdictView,
  WorkView,
} from '../view/model.ts';
import { decidedWords } from '../tool/decided.ts';
import type { Readable } from '../view/readable.ts';
import type { AtWork } from './activity.ts';
import { decisionView, fromVerdict } from './approval.ts';
import { itemOf } from './item.ts';
import type { Notices } from './notices.ts';
import { logOf, infoOf, membersOf, typingOf, workOf } from './room-views.ts';
import { Scene } from './scene.ts';

/** What few people do in a room: fetched with the first deed. */
const order = () => import('@antiphon/client/rooms');

/** Rows that are remembered beyond those that are looked at. */
const KEPT_ITEMS = 500;
/** Pages of history that are loaded to show one message. */
const PAGES_BACK = 40;

/** What a room needs from the page's chat. */
export interface RoomHost {
  readonly client: ChatClient;
  readonly notices: Notices;
  /** For how long it stays open when nobody looks at it any more. */
  readonly lingerMs: number;
  /** Who is signed in, known before there is a connection. */
  readonly user: () => User | undefined;
  /** The other one in each room for two. */
  readonly others: Readable<ReadonlyMap<string, User>>;
  /** Bots that I may start and stop although they are not mine. */
  readonly controls: Readable<ReadonlySet<string>>;
}

export class LiveRoom implements RoomView {
  readonly id: string;
  readonly info: Readable<RoomInfo>;
  readonly log: Readable<LogView>;
  readonly members: Readable<readonly MemberView[]>;
  readonly typing: Readable<readonly UserView[]>;
  readonly work: Readable<readonly WorkView[]>;
  readonly #host: RoomHost;
  readonly #scene: Scene;
  readonly #items = new Map<string, Readable<LogItem | undefined>>();
  /** How many look at each of them. */
  readonly #looked = new Map<string, number>();
  #watchers = 0;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #held: Room | undefined;

  constructor(id: string, host: RoomHost) {
    this.id = id;
    this.#host = host;
    this.#scene = new Scene(host.client, id, host.user, host.controls);
    this.info = this.#watch(infoOf(id, this.#scene, host));
    this.log = this.#watch(logOf(this.#scene));
    this.members = this.#watch(membersOf(this.#scene));
    this.typing = this.#watch(typingOf(this.#scene));
    this.work = this.#watch(workOf(this.#scene));
  }

  /** Which agents are at work here. */
  get atWork(): readonly AtWork[] {
    return this.#scene.atWork();
  }

  item(key: string): Readable<LogItem | undefined> {
    let item = this.#items.get(key);
    if (!item) {
      this.#forgetItems();
      item = this.#watch(itemOf(this.#scene, key), key);
      this.#items.set(key, item);
    }
    return item;
  }

  send({ text, replyTo, to }: Outgoing): void {
    const quoted = replyTo === undefined ? undefined : this.#scene.message(replyTo)?.id;
    this.#host.client.sendMessage(this.id, {
      text,
      ...(quoted === undefined ? {} : { replyTo: quoted }),
      ...(to === undefined ? {} : { to }),
    });
  }
  edit(key: string, text: string): Promise<void> {
    return this.#do('Your message could not be changed.', (room) => room.edit(key, text));
  }
  remove(key: string): Promise<void> {
    return this.#do('The message could not be deleted.', (room) => room.delete(key));
  }
  react(key: string, emoji: string): Promise<void> {
    const has = this.#scene.message(key)?.reactions.some((one) => one.emoji === emoji && one.own) === true;
    return this.#do('Your reaction did not arrive.', (room) => room.react(key, emoji, !has));
  }
  mark(key: string, mark: MarkView, active: boolean): Promise<void> {
    const message = this.#scene.message(key);
    if (!message) return Promise.resolve();
    return this.#do('The message could not be marked.', async () =>
      (await order()).markMessage(this.#host.client, message, mark, active),
    );
  }
  retry(key: string): void {
    this.#scene.room?.retry(key);
  }
  discard(key: string): void {
    this.#scene.room?.discard(key);
  }
  loadOlder(): Promise<void> {
    return this.#do('Earlier messages could not be loaded.', (room) => room.loadOlder());
  }
  async reveal(key: string): Promise<void> {
    const { room } = this.#scene;
    if (!room) return;
    await room.ready.catch(() => undefined);
    await this.#do('That message could not be loaded.', async () => {
      for (let page = 0; page < PAGES_BACK && room.hasOlder && !room.getMessage(key); page += 1)
        await room.loadOlder();
    });
  }
  fillGap(): Promise<void> {
    // The SDK closes gaps by itself.
    return Promise.resolve();
  }
  markRead(key: string): void {
    const { room } = this.#scene;
    // An event stands for everything before it. Lost with the connection: said again when something new was read.
    room?.markRead(room.getMessage(key)?.ordinal === undefined ? undefined : key).catch(() => undefined);
  }
  keystroke(): void {
    this.#scene.room?.typing.keystroke();
  }

  stop(key: string, force = false): Promise<void> {
    const { client } = this.#host;
    const message = this.#scene.message(key)?.id ?? key;
    return this.#do('The agent could not be stopped.', async (room) =>
      force ? (await order()).endNow(client, { room: this.id, message }) : room.stop(key),
    );
  }
  again(key: string): Promise<void> {
    return this.#do('That question is too far back. Ask it once more.', (room) => {
      const run = room.getRun(room.getMessage(key)?.run ?? '');
      const question = room.getMessage(run?.trigger ?? '');
      if (!question) return Promise.reject(new Error(''));
      room.sendMessage({ text: textOf(question), to: question.to });
      return Promise.resolve();
    });
  }
  async retryTool(callId: string): Promise<void> {
    await this.#do('The agent could not be asked.', (room) => {
      const call = room.tools.get(callId);
      const message = room.getMessage(call?.messageKey ?? '');
      if (!call || !message) return Promise.reject(new Error(''));
      const text = `Please try \`${call.name}\` once more.`;
      room.sendMessage({ text, replyTo: message.id, to: [call.bot] });
      return Promise.resolve();
    });
  }
  async cancelTool(callId: string, force = false): Promise<void> {
    const { asked } = this.#scene;
    const { client } = this.#host;
    const calls = (change: (ids: Set<string>) => void) => asked.update((ids) => edited(ids, change));
    // Calls that are over need no mark any more.
    calls((ids) => {
      for (const id of ids)
        if (isFinalTool(this.#scene.room?.tools.get(id)?.state ?? 'completed')) ids.delete(id);
      ids.add(callId);
    });
    await this.#do('The tool could not be stopped.', async (room) => {
      try {
        if (force) await (await order()).endNow(client, { room: this.id, toolCall: callId });
        else await room.tools.cancel(callId);
      } catch (error) {
        calls((ids) => ids.delete(callId));
        throw error;
      }
    });
  }
  async decide(approvalId: string, verdict: VerdictView): Promise<void> {
    const { notices } = this.#host;
    const { room } = this.#scene;
    try {
      const decided = await room?.approvals.decide(approvalId, fromVerdict(verdict));
      if (!decided || decided.accepted) return;
      const decision = decisionView(decided.decision, (user) => this.#scene.user(user).name);
      notices.say('Somebody else was faster.', decidedWords(decision));
    } catch (error) {
      notices.tell('Your decision did not arrive.', error);
      throw error;
    }
  }
  continueRun(run: string): Promise<void> {
    return this.#do('The agents could not go on.', (room) => room.continueRun(run));
  }

  #do(failure: string, deed: (room: Room) => Promise<unknown>): Promise<void> {
    const { room } = this.#scene;
    return room ? this.#host.notices.attempt(failure, () => deed(room)) : Promise.resolve();
  }

  /** A readable that holds the room open while somebody looks at it. */
  #watch<T>(get: () => T, key?: string): Readable<T> {
    return {
      get,
      subscribe: (onChange) => {
        this.#hold();
        if (key !== undefined) this.#looked.set(key, (this.#looked.get(key) ?? 0) + 1);
        const { client, others, controls } = this.#host;
        const offs = [
          client.subscribe(get, onChange),
          this.#scene.asked.subscribe(onChange),
          others.subscribe(onChange),
          controls.subscribe(onChange),
        ];
        return () => {
          for (const off of offs) off();
          if (key !== undefined) this.#lookAway(key);
          this.#release();
        };
      },
    };
  }

  #lookAway(key: string): void {
    const left = (this.#looked.get(key) ?? 1) - 1;
    if (left > 0) this.#looked.set(key, left);
    else this.#looked.delete(key);
  }

  /** Pictures that nobody looks at are made again when somebody does. */
  #forgetItems(): void {
    if (this.#items.size < KEPT_ITEMS) return;
    for (const key of this.#items.keys()) if (!this.#looked.has(key)) this.#items.delete(key);
  }

  #hold(): void {
    clearTimeout(this.#linger);
    this.#watchers += 1;
    this.#held ??= this.#host.client.joinRoom(this.id);
  }

  #release(): void {
    this.#watchers -= 1;
    if (this.#watchers > 0) return;
    if (this.#host.lingerMs > 0) this.#linger = setTimeout(() => this.#letGo(), this.#host.lingerMs);
    else this.#letGo();
  }

  #letGo(): void {
    this.#held?.leave();
    this.#held = undefined;
    this.#items.clear();
  }
}

function edited<T>(set: ReadonlySet<T>, change: (copy: Set<T>) => void): ReadonlySet<T> {
  const copy = new Set(set);
  change(copy);
  return copy;
}
