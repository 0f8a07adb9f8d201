/** Bots and their runs, as an application sees them. */
import type { Sending } from './message.ts';
import type { User } from './room.ts';

/** Whether a bot is at work, as the server sees it. */
export type BotStatus = 'stopped' | 'starting' | 'running' | 'stopping' | 'error';

/** A bot. */
export interface Bot {
  readonly user: User;
  readonly owner?: string | undefined;
  readonly connector: string;
  readonly status: BotStatus;
  /** Since when it has this status. */
  readonly since?: number | undefined;
  readonly error?: string | undefined;
  /** How often it was brought up again since someone last started it. */
  readonly restarts?: number | undefined;
  readonly description?: string | undefined;
  /** What happens to messages while it is at work. */
  readonly busy?: 'queue' | 'steer' | 'interrupt' | 'reject' | undefined;
  /** Which messages it takes in groups. */
  readonly trigger?: { readonly on: string } | undefined;
  /** Whether other bots can address it. */
  readonly answersBots?: boolean | undefined;
  /** Things worth asking it first. */
  readonly suggestions: readonly string[];
}

/** States of a run; `completed` and everything after it is final. */
export type RunState =
  | 'queued'
  | 'processing'
  | 'thinking'
  | 'executing'
  | 'waiting_approval'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'timed_out'
  | 'interrupted';

/** Someone's wish to stop a run or a tool call, and what came of it. */
export interface Cancellation {
  readonly by: string;
  readonly at: number;
  /** `requested` until it ended: by itself (`stopped`), by force, or in another way before that (`too_late`). */
  readonly outcome: 'requested' | 'stopped' | 'forced' | 'too_late';
}

/** One bot's work on one triggering message. */
export interface Run {
  readonly id: string;
  readonly bot: string;
  readonly state: RunState;
  /** When the run reached this state. */
  readonly since: number;
  /** Id of the message that caused it. */
  readonly trigger: string;
  readonly triggeredBy: string;
  /** Id of the message that answers, once there is one. */
  readonly answer?: string | undefined;
  readonly error?: string | undefined;
  /** Which attempt this is, from 1; 0 as long as none has begun. */
  readonly attempt: number;
  /** Who asked to stop it, and what came of it. */
  readonly cancellation?: Cancellation | undefined;
  /** A conversation of bots came to the end of its budget: it waits for `room.continueRun`. */
  readonly paused?: boolean | undefined;
  /** Where in a conversation of bots it stands. */
  readonly chain?: Chain | undefined;
  /** What it cost, model by model. */
  readonly usage: readonly Usage[];
  readonly createdAt: number;
  /** When the present attempt began. */
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  /** Asks the server to stop it; how it ends is told by `state`. */
  cancel(): Promise<void>;
  /** Says something to the bot while it works; what it makes of that is its `busy`. */
  steer(text: string): Sending;
}

/** A conversation of bots that a person's message caused. */
export interface Chain {
  /** Id of that message, or of the one at which a person let it go on. */
  readonly root: string;
  /** How many bots spoke between that message and this run. */
  readonly hops: number;
  /** How many runs there were so far. */
  readonly turns: number;
}

/** What one model used up, in tokens. */
export interface Usage {
  readonly model?: string | undefined;
  readonly requests?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cachedInputTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
}

/** Why the first run in a queue waits. */
export type QueueReason = 'busy' | 'busy_elsewhere' | 'bot_stopped' | 'bot_starting' | 'bot_down' | 'paused';

/** What waits for a bot in a room. */
export interface Queue {
  readonly bot: string;
  /** Ids of the runs in their order, the next one first; the first fifty. */
  readonly waiting: readonly string[];
  readonly count: number;
  readonly reason?: QueueReason | undefined;
}

/** Whether a run is over. */
export function isFinalRun(state: RunState): boolean {
  return ['completed', 'failed', 'cancelled', 'timed_out', 'interrupted'].includes(state);
}
