/** Decisions: what a bot may not or cannot decide by itself, and asks people for. */
import type { Role } from './room.ts';

/** For how long an approval holds: this time; in this room; or in every room for runs that whoever decided causes. */
export type Scope = 'once' | 'session' | 'always';

/** Something that people are asked to decide. */
export interface Approval {
  readonly id: string;
  /** A permission is approved or denied; a question is answered or denied. */
  readonly kind: 'permission' | 'question';
  /** What to decide, in a sentence. */
  readonly prompt: string;
  /** The run that waits for it, and whose run it is. */
  readonly run: string;
  readonly bot: string;
  /** Id of the message that shows the tool call, if it is about one. */
  readonly messageId?: string | undefined;
  readonly toolCall?: string | undefined;
  readonly tool?: string | undefined;
  /** What the tool would be called with. */
  readonly arguments?: unknown;
  /** Whether whoever approves may change the arguments. */
  readonly editable?: boolean | undefined;
  /** JSON Schema of the answer that a question wants: an object with flat fields. */
  readonly schema?: unknown;
  /** Who may decide: members with at least this role, and these. */
  readonly eligible: { readonly role?: Role; readonly users?: readonly string[] };
  /** For how long an approval may be made to hold. */
  readonly scopes: readonly Scope[];
  /** What is taken to be the answer at the deadline. */
  readonly default: 'approve' | 'deny';
  readonly deadline: number;
  /** The answer that counts, once there is one. */
  readonly decision?: Decision | undefined;
}

/** What one decides. */
export interface Verdict {
  readonly action: 'approve' | 'deny' | 'answer';
  /** Call the tool with these arguments instead; only where `editable`. */
  readonly arguments?: unknown;
  /** The answer to a question. */
  readonly content?: unknown;
  /** Why, in a few words; the bot is told. */
  readonly reason?: string;
  /** `once` if left out. */
  readonly scope?: Scope;
}

/** The answer that counts. */
export interface Decision {
  readonly action: Verdict['action'];
  readonly by: string;
  readonly at: number;
  /** A person decided; an earlier decision holds; nobody did in time; or the run ended first. */
  readonly cause: 'person' | 'standing' | 'deadline' | 'withdrawn';
  readonly scope: Scope;
  readonly reason?: string | undefined;
  readonly arguments?: unknown;
  readonly content?: unknown;
}

/** What became of one's verdict: the first one counts. */
export interface Decided {
  /** Whether one's own is the one that counts. */
  readonly accepted: boolean;
  readonly decision: Decision;
}
