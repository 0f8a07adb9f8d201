/** What messages are made of. */

import type { Cancellation } from './agent.ts';
import type { Role } from './room.ts';

/** One element of a message. `text`, `reasoning` and a tool call's `output` can grow while the message streams. */
export type Part = TextPart | ReasoningPart | ToolCallPart | FilePart | DataPart | PlanPart;

/** What holds for every part. */
interface PartBase {
  /** The least role that may see it; everyone if absent. To others it comes without its content. */
  readonly visibleTo?: Role | undefined;
}

/** What is said, in Markdown. */
export interface TextPart extends PartBase {
  readonly type: 'text';
  readonly text: string;
}

/** How a bot came to its answer. */
export interface ReasoningPart extends PartBase {
  readonly type: 'reasoning';
  readonly text: string;
}

/** A tool that a bot runs. */
export interface ToolCallPart extends ToolCall, PartBase {
  readonly type: 'tool_call';
}

/** A file, by reference. */
export interface FilePart extends PartBase {
  readonly type: 'file';
  readonly name: string;
  readonly mediaType: string;
  /** Length in bytes. */
  readonly size: number;
  readonly url: string;
}

/** Structured data under a name that sender and reader agree on. */
export interface DataPart extends PartBase {
  readonly type: 'data';
  readonly name: string;
  readonly value: unknown;
}

/** What a bot intends to do. */
export interface PlanPart extends PartBase {
  readonly type: 'plan';
  readonly items: readonly PlanItem[];
}

/** A step of a plan. */
export interface PlanItem {
  readonly title: string;
  readonly state: 'pending' | 'active' | 'done';
}

/** States of a tool call; `completed` and everything after it is final. */
export type ToolState =
  | 'pending'
  | 'waiting_approval'
  | 'running'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'timed_out'
  | 'denied'
  | 'abandoned';

/** A tool call as everyone in the room sees it. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** Id of the call of the same message in which a sub-agent makes this one. */
  readonly parent?: string | undefined;
  readonly title?: string | undefined;
  readonly state: ToolState;
  readonly arguments: unknown;
  /** The arguments as far as they have been written; only while the call is pending. */
  readonly argumentsText?: string | undefined;
  /** Id of the decision that it waits for, or waited for. */
  readonly approval?: string | undefined;
  /** Who asked to stop it, and what came of it. */
  readonly cancellation?: Cancellation | undefined;
  readonly progress?: ToolProgress | undefined;
  /** What the tool has printed so far; of a long output the beginning and the end. */
  readonly output: string;
  /** How much output there was in all, in bytes, and where to fetch it, if more than is shown. */
  readonly outputBytes?: number | undefined;
  readonly outputUrl?: string | undefined;
  /** How much of it can be fetched, from its beginning, in bytes, if not all of it. */
  readonly outputKept?: number | undefined;
  readonly result?: unknown;
  readonly error?: string | undefined;
  /** What failed may work when it is tried again. */
  readonly retryable?: boolean | undefined;
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
}

/** How far a tool call is. */
export interface ToolProgress {
  /** From 0 to 1, if known. */
  readonly fraction?: number | undefined;
  readonly message?: string | undefined;
}

/** A tool call with the place where it is shown. */
export interface ToolExecution extends ToolCall {
  readonly room: string;
  /** Key of the message that shows the call. */
  readonly messageKey: string;
  /** Who runs it. */
  readonly bot: string;
  readonly run?: string | undefined;
}

/** Whether a tool call is over. */
export function isFinalTool(state: ToolState): boolean {
  return state !== 'pending' && state !== 'waiting_approval' && state !== 'running';
}
