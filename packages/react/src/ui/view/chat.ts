/**
 * The components' one door to state and actions. The adapter over the SDK implements it; so does a demonstration.
 * Actions do not reject unless they say so: a failure is told as a notice.
 */
import type {
  BotView,
  ConnectionView,
  LogItem,
  LogView,
  MarkView,
  MemberView,
  NoticeView,
  RoomInfo,
  UserView,
  VerdictView,
  WorkView,
} from './model.ts';
import type { Readable } from './readable.ts';

export interface Outgoing {
  readonly text: string;
  /** Key of the message that this one answers. */
  readonly replyTo?: string;
  /** Ids of those it is for, beside those whom it names. */
  readonly to?: readonly string[];
}

export interface ChatView {
  /** Who is signed in; nobody until that is known. */
  readonly me: Readable<UserView | undefined>;
  readonly connection: Readable<ConnectionView>;
  readonly bots: Readable<readonly BotView[]>;

  /** The same object for the same id, every time. Watching it joins the room; letting go leaves it. */
  room(id: string): RoomView;
  /** Failures that belong to no place in a conversation. */
  onNotice(listener: (notice: NoticeView) => void): () => void;

  retryNow(): void;
  startBot(userId: string): Promise<void>;
  stopBot(userId: string): Promise<void>;
  /** Somebody looks at an agent: finds out whether I may start and stop it. */
  lookAtBot(userId: string): void;
  /** Fetches a file that only members may have, and hands it to the browser to keep. */
  download(url: string, name: string): Promise<void>;
}

export interface RoomView {
  readonly id: string;
  readonly info: Readable<RoomInfo>;
  readonly log: Readable<LogView>;
  readonly members: Readable<readonly MemberView[]>;
  readonly typing: Readable<readonly UserView[]>;
  readonly work: Readable<readonly WorkView[]>;
  /** One element of the log. The same readable for the same key while the room is watched. */
  item(key: string): Readable<LogItem | undefined>;

  send(message: Outgoing): void;
  edit(key: string, text: string): Promise<void>;
  remove(key: string): Promise<void>;
  react(key: string, emoji: string): Promise<void>;
  /** Pins or hides a message, or takes that back. */
  mark(key: string, mark: MarkView, active: boolean): Promise<void>;
  retry(key: string): void;
  discard(key: string): void;
  loadOlder(): Promise<void>;
  /** Loads history until this message is in the log, if it is not too far back. */
  reveal(key: string): Promise<void>;
  fillGap(key: string): Promise<void>;
  markRead(key: string): void;
  keystroke(): void;

  /** Stops an agent's answer; by `force` at once, without its time to stop by itself. */
  stop(key: string, force?: boolean): Promise<void>;
  /** Asks an agent once more. */
  again(key: string): Promise<void>;
  cancelTool(callId: string, force?: boolean): Promise<void>;
  /** Asks the agent to try a tool once more. */
  retryTool(callId: string): Promise<void>;
  /** Rejects, so that the question can be answered again. Who comes second is told who decided. */
  decide(approvalId: string, verdict: VerdictView): Promise<void>;
  /** Lets agents that talk with each other go on. */
  continueRun(run: string): Promise<void>;
}
