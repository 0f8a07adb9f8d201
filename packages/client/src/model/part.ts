/** What messages are made of. */

/** One element of a message. `text`, `reasoning` and a tool call's `output` can grow while the message streams. */
export type Part = TextPart | ReasoningPart | ToolCallPart | FilePart | DataPart | PlanPart;

/** What is said, in Markdown. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

/** How a bot came to its answer. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
}

/** A tool that a bot runs. */
export interface ToolCallPart extends ToolCall {
  readonly type: 'tool_call';
}

/** A file, by reference. */
export interface FilePart {
  readonly type: 'file';
  readonly name: string;
  readonly mediaType: string;
  /** Length in bytes. */
  readonly size: number;
  readonly url: string;
}

/** Structured data under a name that sender and reader agree on. */
export interface DataPart {
  readonly type: 'data';
  readonly name: string;
  readonly value: unknown;
}

/** What a bot intends to do. */
export interface PlanPart {
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
  readonly title?: string | undefined;
  readonly state: ToolState;
  readonly arguments: unknown;
  readonly progress?: ToolProgress | undefined;
  /** What the tool has printed so far. */
  readonly output: string;
  readonly result?: unknown;
  readonly error?: string | undefined;
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
