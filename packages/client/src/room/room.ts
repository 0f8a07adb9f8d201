/** A room as an application uses it. Handles are synchronous, counted, and the same object for the same id. */
import type { ChatError } from '../errors.ts';
import type { Bot, Queue, Run } from '../model/agent.ts';
import type { Approval, Decided, Scope, Verdict } from '../model/approval.ts';
import type { Message, Outgoing, Sending } from '../model/message.ts';
import type { ToolExecution } from '../model/part.ts';
import type {
  Member,
  PresenceStatus,
  ReadBy,
  Recovery,
  RoomEvent,
  RoomInfo,
  RoomPhase,
  RoomStatus,
  Unread,
} from '../model/room.ts';
import type { ListenOptions, Off } from '../store/listeners.ts';
import type { Present } from './people.ts';

/** A room. What is read from it are immutable values: a new one only when something changed. */
export interface Room {
  readonly id: string;
  /** Resolves when the room was joined for the first time; rejects when it cannot be. */
  readonly ready: Promise<void>;
  readonly state: RoomPhase;
  readonly status: RoomStatus;
  readonly error: ChatError | undefined;
  readonly recovered: Recovery | undefined;
  readonly info: RoomInfo | undefined;
  /** One's own membership. */
  readonly me: Member | undefined;

  /** All messages, oldest first, one's own unsent ones last. Changes with every flush while text streams. */
  readonly messages: readonly Message[];
  /** Keys of `messages`; changes only when the list does. For long lists, with `getMessage` in the rows. */
  readonly keys: readonly string[];
  getMessage(key: string): Message | undefined;
  /** Calls `listener` when this one message changes. */
  subscribeMessage(key: string, listener: () => void): Off;
  /** What happened to the room between the messages, with positions to sort it in by. */
  readonly events: readonly RoomEvent[];
  readonly hasOlder: boolean;
  readonly isLoadingOlder: boolean;
  /** Fetches what came before; one fetch at a time. */
  loadOlder(count?: number): Promise<void>;
  /** Fetches all back to a position of the log; gives the key of the message there, or of the first one after it. */
  jumpTo(seq: number): Promise<string | undefined>;

  /** Says something. Returns at once; the message is in `messages` already. */
  sendMessage(message: string | Outgoing): Sending;
  retry(key: string): void;
  discard(key: string): void;
  edit(key: string, text: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** Puts a sign under a message, or takes it away. */
  react(key: string, emoji: string, active?: boolean): Promise<void>;
  /** Everything up to this message, or everything, was read. */
  markRead(key?: string): Promise<void>;
  readonly unread: Unread;

  /** Members known so far, by name; `memberCount` says how many there are. */
  readonly members: readonly Present[];
  readonly memberCount: number;
  /** How far people have read, as far as that is told: in rooms with few members. */
  readonly readBy: readonly ReadBy[];
  /** A member, or one who left. */
  member(user: string): Member | undefined;

  readonly typing: Typing;
  readonly presence: RoomPresence;
  readonly bots: readonly Bot[];
  /** Runs that have not ended. */
  readonly runs: readonly Run[];
  /** A run, ended or not, if it is known. */
  getRun(run: string): Run | undefined;
  /** Lets a conversation of bots go on that came to the end of its budget: the run is one of those that are `paused`. */
  continueRun(run: string): Promise<void>;
  /** What waits, for each bot for which something does. */
  readonly queues: readonly Queue[];
  readonly approvals: Approvals;
  readonly tools: Tools;
  /** Stops the runs that a message caused, or the run that is writing it. */
  stop(key: string): Promise<void>;

  /** Called once for every message of others and one's own that is whole: new, not from history. */
  onMessage(listener: (message: Message) => void, options?: ListenOptions): Off;
  /** Called when a tool call of this room opens, changes or ends. */
  onToolExecution(listener: (tool: ToolExecution) => void, options?: ListenOptions): Off;

  /** Gives this handle back; the last one leaves the room a moment later. `forget` also ends the membership. */
  leave(options?: { forget?: boolean }): void;
}

/** Typing in a room. */
export interface Typing {
  /** Ids of those who type. */
  readonly users: readonly string[];
  /** To be called with every key; sends at most every three seconds. */
  keystroke(): void;
  stop(): void;
}

/** Presence in a room. */
export interface RoomPresence {
  /** Members who are not offline. */
  readonly members: readonly Present[];
  /** One's own, as others see it. */
  readonly me: PresenceStatus;
  of(user: string): PresenceStatus;
  update(me: { away: boolean }): void;
}

/** What the bots of a room ask people to decide. */
export interface Approvals {
  /** Decided or not, oldest first; of those that are decided, the latest. */
  readonly all: readonly Approval[];
  /** What is not decided yet, oldest first. */
  readonly pending: readonly Approval[];
  get(id: string): Approval | undefined;
  /** Decides. The first one counts: who comes second is told what was decided, and by whom. */
  decide(id: string, verdict: Verdict): Promise<Decided>;
}

/** Tool calls of a room. */
export interface Tools {
  readonly all: readonly ToolExecution[];
  /** Those that are not over. */
  readonly active: readonly ToolExecution[];
  get(call: string): ToolExecution | undefined;
  /** Asks the server to stop one; how it ends is told by `state`. */
  cancel(call: string): Promise<void>;
  /** Decides what is asked about a call; see {@link Approvals}. */
  approve(call: string, more?: { scope?: Scope; note?: string }): Promise<Decided>;
  deny(call: string, more?: { reason?: string }): Promise<Decided>;
}
