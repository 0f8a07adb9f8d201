/**
 * What the page shows: immutable values, nothing of the wire. One adapter fills them from the SDK.
 * A message's `key` is minted once and never replaced; rows subscribe to one key each.
 */

/** A person or a program; shape and words tell them apart before colour does. */
export type UserKind = 'person' | 'bot';

export interface UserView {
  readonly id: string;
  readonly name: string;
  readonly kind: UserKind;
  readonly avatarUrl?: string;
}

// ---------------------------------------------------------------- connection

export interface ConnectionView {
  readonly state: 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'offline' | 'failed';
  /** When this state began, in milliseconds. */
  readonly since: number;
  /** When the next attempt is due. */
  readonly retryAt?: number;
  /** Round trip in milliseconds. */
  readonly rttMs?: number;
  /** No WebSocket came about: the line is plain HTTP. */
  readonly slower?: boolean;
  /** Messages that wait in the outbox. */
  readonly waiting: number;
  /** Set on the first connection after an outage: how many messages were caught up. */
  readonly caughtUp?: number;
  /** Some history could not be replayed and is being fetched. */
  readonly partial?: boolean;
  readonly error?: { readonly code: string; readonly message: string };
}

// ---------------------------------------------------------------- rooms

export type RoomKind = 'group' | 'direct' | 'session';

export interface RoomInfo {
  readonly id: string;
  readonly name: string;
  readonly topic?: string;
  readonly kind: RoomKind;
  readonly state: 'joining' | 'joined' | 'paused' | 'denied' | 'left';
  /** Why I may not write here; absent where I may. */
  readonly readOnly?: string;
  /** One can read, write and stop here, and nothing else. */
  readonly plain?: boolean;
  /** What an agent's room offers while it is empty. */
  readonly suggestions?: readonly string[];
}

export type Activity = 'thinking' | 'writing' | 'working' | 'waiting';

export interface BotView {
  readonly user: UserView;
  readonly status: 'stopped' | 'starting' | 'running' | 'stopping' | 'error';
  readonly activity?: Activity;
  /** How much it asks that I may decide. */
  readonly asksMe?: number;
  readonly error?: string;
  /** I may start and stop it. */
  readonly canControl: boolean;
  /** Since when it has this status. */
  readonly since?: number;
  /** How often it was brought up again since someone last started it. */
  readonly restarts?: number;
  readonly description?: string;
  /** How it is reached. */
  readonly connector?: string;
  /** Name of whose it is. */
  readonly owner?: string;
  /** How many messages wait for it in this room. */
  readonly waiting?: number;
}

export interface MemberView {
  readonly user: UserView;
  readonly role: 'owner' | 'admin' | 'member' | 'viewer';
  readonly presence: 'active' | 'away' | 'offline';
  /** For agents: what their supervision says, and what they are at. */
  readonly bot?: BotView;
}

/** One line of "Working now". */
export interface WorkView {
  readonly key: string;
  readonly user: UserView;
  readonly activity: Activity;
  /** It waits for me. */
  readonly asksMe?: boolean;
  /** What exactly: a tool's name, a queue position. */
  readonly detail?: string;
  readonly fraction?: number;
  readonly since: number;
  /** The message to jump to, and to stop. */
  readonly messageKey?: string;
  /** I asked for it, or may stop it for another reason. */
  readonly mine: boolean;
}

// ---------------------------------------------------------------- the log

export interface LogView {
  /** Oldest first. New identity only when the list changes, never while text streams. */
  readonly keys: readonly string[];
  /** The first message that I had not seen when I opened the room. */
  readonly firstUnread?: string;
  readonly hasOlder: boolean;
  readonly loading: 'none' | 'first' | 'older';
}

export type LogItem = MessageView | EventView | GapView;

/** Something that happened to the room: one quiet line. */
export interface EventView {
  readonly kind: 'event';
  readonly key: string;
  readonly at: number;
  readonly text: string;
}

/** Messages that are missing here. */
export interface GapView {
  readonly kind: 'gap';
  readonly key: string;
  readonly at: number;
  readonly missing?: number;
  readonly loading: boolean;
}

/** How far one of my own messages has come. */
export interface DeliveryView {
  readonly state: 'queued' | 'sending' | 'sent' | 'delivered' | 'failed';
  /** When the state began, so that "Sending" appears only if it lasts. */
  readonly since: number;
  /** "scribe has it", "Seen by Mara", or why it was refused. */
  readonly note?: string;
  readonly retryable?: boolean;
}

/** How far an agent's message has come. */
export interface AnswerView {
  readonly state:
    | 'queued'
    | 'thinking'
    | 'working'
    | 'waiting'
    | 'streaming'
    | 'stopping'
    | 'done'
    | 'stopped'
    | 'interrupted'
    | 'failed';
  readonly since: number;
  readonly endedAt?: number;
  /** Who stopped it, or wants to. */
  readonly by?: string;
  /** Since when somebody wants it stopped, while it goes on. */
  readonly stopSince?: number;
  /** It did not stop by itself. */
  readonly forced?: boolean;
  readonly note?: string;
  /** What the answer took. */
  readonly cost?: CostView;
  /** I may stop it, or ask again when it has ended early. */
  readonly mine: boolean;
}

/** What an answer took: for its details. */
export interface CostView {
  /** Which attempt this was, from 1. */
  readonly attempt: number;
  readonly startedAt?: number;
  readonly models: readonly {
    readonly name: string;
    readonly read: number;
    readonly cached: number;
    readonly written: number;
    readonly thought: number;
  }[];
}

/** A message waits for an agent. */
export interface WaitView {
  readonly run: string;
  readonly bot: UserView;
  /** "Waiting for demo, 2nd in line. It is stopped." */
  readonly words: string;
  /** What can be done about it, by me. */
  readonly verb?: 'start' | 'continue';
}

export interface ReactionView {
  readonly emoji: string;
  readonly count: number;
  readonly mine: boolean;
  readonly names: readonly string[];
}

export interface MessageView {
  readonly kind: 'message';
  readonly key: string;
  readonly author: UserView;
  readonly at: number;
  readonly own: boolean;
  readonly parts: readonly PartView[];
  readonly delivery?: DeliveryView;
  readonly answer?: AnswerView;
  /** Agents that this message waits for. */
  readonly waits?: readonly WaitView[];
  /** What an agent asks, beside its tool calls. */
  readonly asks?: readonly ApprovalView[];
  readonly edited?: boolean;
  readonly deleted?: boolean;
  /** Who pinned it. */
  readonly pinned?: string;
  /** Who hid it from the first glance. */
  readonly hidden?: string;
  /** The marks that I may put on it and take back. */
  readonly marks?: readonly MarkView[];
  readonly mentionsMe?: boolean;
  readonly replyTo?: { readonly key?: string; readonly name: string; readonly excerpt: string };
  readonly reactions?: readonly ReactionView[];
}

export type MarkView = 'pinned' | 'hidden';

export type PartView = TextPart | ReasoningPart | ToolPart | FilePart | PlanPart | DataPart;

export interface TextPart {
  readonly kind: 'text';
  readonly id: string;
  readonly text: string;
  readonly open: boolean;
}

export interface ReasoningPart {
  readonly kind: 'reasoning';
  readonly id: string;
  readonly text: string;
  readonly open: boolean;
  readonly startedAt: number;
  readonly endedAt?: number;
}

export interface ToolPart {
  readonly kind: 'tool';
  readonly id: string;
  readonly call: ToolView;
}

export interface FilePart {
  readonly kind: 'file';
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly url?: string;
}

export interface PlanPart {
  readonly kind: 'plan';
  readonly id: string;
  readonly steps: readonly {
    readonly text: string;
    readonly state: 'pending' | 'active' | 'done' | 'skipped';
  }[];
}

export interface DataPart {
  readonly kind: 'data';
  readonly id: string;
  readonly label: string;
  readonly json: string;
}

// ---------------------------------------------------------------- tools

export type ToolState =
  | 'input'
  | 'queued'
  | 'approval'
  | 'running'
  | 'cancelling'
  | 'done'
  | 'error'
  | 'denied'
  | 'cancelled'
  | 'timed_out'
  | 'lost';

export interface ToolView {
  readonly id: string;
  readonly name: string;
  readonly state: ToolState;
  /** The one argument worth reading in a line. */
  readonly summary?: string;
  /** The arguments, as far as they have been written. */
  readonly draft?: string;
  /** All arguments, formatted. */
  readonly input?: string;
  readonly progress?: ProgressView;
  /** What the tool has printed; of a long output the beginning and the end. */
  readonly output?: string;
  /** How much it was in all and where it is, if that is more than is shown. */
  readonly whole?: { readonly bytes?: number; readonly url?: string };
  /** Who may see what it was called with and what came of it, if that is not me. */
  readonly hidden?: string;
  /** Who wants it stopped, and what came of that. */
  readonly stop?: StopView;
  readonly result?: string;
  readonly error?: { readonly message: string; readonly retryable: boolean };
  readonly waiting?: string;
  readonly approval?: ApprovalView;
  /** What a sub-agent called for it; one level only. */
  readonly inner?: readonly ToolView[];
  readonly startedAt: number;
  readonly endedAt?: number;
  /** I may cancel it. */
  readonly mine: boolean;
}

export interface ProgressView {
  /** 0 to 1; absent while the length is unknown. */
  readonly fraction?: number;
  readonly message?: string;
}

/** Somebody's wish to stop something, and what came of it. */
export interface StopView {
  readonly by: string;
  readonly since: number;
  readonly outcome: 'requested' | 'stopped' | 'forced' | 'too_late';
}

export type ScopeView = 'once' | 'session' | 'always';

/** Something that people are asked to decide. */
export interface ApprovalView {
  readonly id: string;
  readonly kind: 'permission' | 'question';
  readonly question: string;
  /** What the tool would be called with, formatted. */
  readonly input?: string;
  /** Whoever allows it may change that. */
  readonly editable: boolean;
  /** What a question wants to know: JSON Schema of an object with flat fields. */
  readonly schema?: unknown;
  /** For how long it can be allowed. */
  readonly scopes: readonly ScopeView[];
  readonly expiresAt: number;
  /** What is taken to be the answer then. */
  readonly otherwise: 'allowed' | 'denied';
  readonly canDecide: boolean;
  readonly decision?: DecisionView;
}

/** The answer that counts. */
export interface DecisionView {
  readonly what: 'allowed' | 'denied' | 'answered';
  /** A person; an earlier decision; nobody in time; or it was not needed any more. */
  readonly cause: 'person' | 'standing' | 'deadline' | 'withdrawn';
  readonly by: string;
  readonly at: number;
  readonly scope: ScopeView;
  readonly reason?: string;
  /** The arguments were changed. */
  readonly edited?: boolean;
  /** What was answered, in a line. */
  readonly answer?: string;
}

/** What I decide. */
export interface VerdictView {
  readonly action: 'allow' | 'deny' | 'answer';
  readonly scope?: ScopeView;
  /** The arguments to call the tool with instead. */
  readonly input?: unknown;
  readonly answer?: Readonly<Record<string, unknown>>;
}

// ---------------------------------------------------------------- notices

/** A failure worth a toast: what happened, and what to do. */
export interface NoticeView {
  readonly title: string;
  readonly detail?: string;
  /** The room that it is about, if it is about one. */
  readonly room?: string;
}
