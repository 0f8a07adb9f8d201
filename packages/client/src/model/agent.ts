/** Bots and their runs, as an application sees them. */
import type { User } from './room.ts';

/** Whether a bot is at work, as the server sees it. */
export type BotStatus = 'stopped' | 'starting' | 'running' | 'stopping' | 'error';

/** A bot. */
export interface Bot {
  readonly user: User;
  readonly owner?: string | undefined;
  readonly connector: string;
  readonly status: BotStatus;
  readonly error?: string | undefined;
  readonly description?: string | undefined;
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
  /** Who asked to stop it, and what came of it. */
  readonly cancellation?: Cancellation | undefined;
  readonly createdAt: number;
  readonly endedAt?: number | undefined;
  /** Asks the server to stop it; how it ends is told by `state`. */
  cancel(): Promise<void>;
}

/** Whether a run is over. */
export function isFinalRun(state: RunState): boolean {
  return ['completed', 'failed', 'cancelled', 'timed_out', 'interrupted'].includes(state);
}
