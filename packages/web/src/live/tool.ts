/** A tool call as a card shows it. */
import { isFinalTool, type ToolCall, type ToolState as SdkState } from '@antiphon/client';
import type { ToolState, ToolView } from '../view/model.ts';
import { sentence } from './words.ts';

const STATE: Record<SdkState, ToolState> = {
  pending: 'input',
  waiting_approval: 'approval',
  running: 'running',
  completed: 'done',
  failed: 'error',
  cancelled: 'cancelled',
  timed_out: 'timed_out',
  denied: 'denied',
  abandoned: 'lost',
};

/** What the call does not say about itself. */
export interface ToolFacts {
  /** Since when its message is there: calls that never ran have no time of their own. */
  readonly at: number;
  /** I may cancel it. */
  readonly mine: boolean;
  /** I asked for its end, which has not come yet. */
  readonly stopping: boolean;
}

export function toolView(call: ToolCall, { at, mine, stopping }: ToolFacts): ToolView {
  const summary = call.title ?? firstWord(call.arguments);
  const input = written(call.arguments);
  const result = written(call.result);
  return {
    id: call.id,
    name: call.name,
    state: stopping && !isFinalTool(call.state) ? 'cancelling' : STATE[call.state],
    startedAt: call.startedAt ?? at,
    mine,
    ...(summary === undefined ? {} : { summary }),
    ...(input === undefined ? {} : { input }),
    ...(call.progress === undefined ? {} : { progress: progressView(call.progress) }),
    ...(call.output === '' ? {} : { output: call.output }),
    ...(result === undefined ? {} : { result }),
    ...(call.error === undefined ? {} : { error: { message: sentence(call.error), retryable: false } }),
    ...(call.endedAt === undefined ? {} : { endedAt: call.endedAt }),
  };
}

function progressView({
  fraction,
  message,
}: NonNullable<ToolCall['progress']>): ToolView['progress'] & object {
  return {
    ...(fraction === undefined ? {} : { fraction }),
    ...(message === undefined ? {} : { message }),
  };
}

/** Anything as text; nothing for what is not there or empty. */
function written(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  const text = JSON.stringify(value, null, 2);
  return text === '{}' ? undefined : text;
}

/** The first argument that can be read in a line. */
function firstWord(args: unknown): string | undefined {
  if (typeof args !== 'object' || args === null) return undefined;
  const found = Object.values(args).find((value) => typeof value === 'string' || typeof value === 'number');
  return found === undefined ? undefined : String(found);
}
