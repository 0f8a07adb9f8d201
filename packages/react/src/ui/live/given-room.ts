/** A conversation made of what a page holds itself: messages of the SDK, and what happens when one writes. */
import type { Message } from '@antiphon/client';
import type { ChatView, Outgoing, RoomView } from '../view/chat.ts';
import type { LogItem, LogView, MemberView, RoomInfo, UserView, WorkView } from '../view/model.ts';
import { constant, type Readable, writable, type Writable } from '../view/readable.ts';
import { messageView } from './message.ts';
import { Thoughts } from './thoughts.ts';

/** What a page holds of a conversation with one agent. */
export interface Given {
  readonly messages: readonly Message[];
  /** In the words of `useChat`. */
  readonly status?: 'ready' | 'submitted' | 'streaming' | 'error' | undefined;
  readonly onSend: (text: string) => unknown;
  readonly onStop?: (() => unknown) | undefined;
  /** What the agent is called. */
  readonly name?: string | undefined;
  /** What it likes to be asked first. */
  readonly suggestions?: readonly string[] | undefined;
}

const ME: UserView = { id: 'me', name: 'You', kind: 'person' };
const ANSWER = 'answer';

const nothing = (): Promise<void> => Promise.resolve();

export class GivenRoom implements RoomView {
  readonly id = 'given';
  readonly info = writable<RoomInfo>({
    id: this.id,
    name: '',
    kind: 'session',
    state: 'joined',
    plain: true,
  });
  readonly log = writable<LogView>({ keys: [], hasOlder: false, loading: 'none' });
  readonly members = writable<readonly MemberView[]>([]);
  readonly typing: Readable<readonly UserView[]> = constant([]);
  readonly work = writable<readonly WorkView[]>([]);
  /** The page's chat, which has no other room. */
  readonly chat: ChatView = {
    me: constant(ME),
    connection: constant({ state: 'connected', since: 0, waiting: 0 }),
    bots: constant([]),
    room: () => this,
    onNotice: () => () => undefined,
    retryNow: () => undefined,
    startBot: nothing,
    stopBot: nothing,
    lookAtBot: () => undefined,
    download: nothing,
  };
  readonly #items = new Map<string, Writable<LogItem | undefined>>();
  readonly #seen = new Map<string, Message>();
  readonly #thoughts = new Thoughts();
  #given: Given | undefined;

  /** The page has something else to show. */
  show(given: Given): void {
    const { messages, status = 'ready', name = 'Agent', suggestions = [] } = given;
    const before = this.#given;
    this.#given = given;
    const bot: UserView = { id: 'agent', name, kind: 'bot' };
    if (before?.name !== given.name || before?.suggestions !== given.suggestions) {
      this.info.update((info) => ({ ...info, name, ...(suggestions.length > 0 ? { suggestions } : {}) }));
      this.members.set([{ user: bot, role: 'member', presence: 'active' }]);
    }
    for (const message of messages) this.#put(message, bot);
    const keys = messages.map(({ key }) => key);
    if (keys.join() !== this.log.get().keys.join()) this.log.update((log) => ({ ...log, keys }));
    if (before?.status !== given.status) this.work.set(workOf(status, bot));
  }

  item(key: string): Writable<LogItem | undefined> {
    const item = this.#items.get(key) ?? writable<LogItem | undefined>(undefined);
    this.#items.set(key, item);
    return item;
  }

  send({ text }: Outgoing): void {
    this.#given?.onSend(text);
  }
  stop(): Promise<void> {
    this.#given?.onStop?.();
    return nothing();
  }

  // What only a room on a server can do.
  readonly edit = nothing;
  readonly remove = nothing;
  readonly react = nothing;
  readonly mark = nothing;
  readonly loadOlder = nothing;
  readonly reveal = nothing;
  readonly fillGap = nothing;
  readonly again = nothing;
  readonly cancelTool = nothing;
  readonly retryTool = nothing;
  readonly decide = nothing;
  readonly continueRun = nothing;
  readonly retry = (): void => undefined;
  readonly discard = (): void => undefined;
  readonly markRead = (): void => undefined;
  readonly keystroke = (): void => undefined;

  #put(message: Message, bot: UserView): void {
    if (this.#seen.get(message.key) === message) return;
    this.#seen.set(message.key, message);
    const view = messageView({
      message,
      author: message.own ? ME : bot,
      me: ME,
      nameOf: (user) => (user === message.sender && !message.own ? bot.name : user),
      run: undefined,
      mine: false,
      quoted: undefined,
      newest: false,
      caused: [],
      readers: [],
      marks: [],
      waits: undefined,
      asks: undefined,
      approvalOf: () => undefined,
      role: undefined,
      stopping: new Set(),
      thoughts: this.#thoughts,
      now: Date.now(),
    });
    this.item(message.key).set(view);
  }
}

/** An answer that is awaited or written can be stopped. */
function workOf(status: string, user: UserView): readonly WorkView[] {
  if (status !== 'submitted' && status !== 'streaming') return [];
  const activity = status === 'streaming' ? 'writing' : 'thinking';
  return [{ key: ANSWER, messageKey: ANSWER, user, activity, since: Date.now(), mine: true }];
}
