/** A tool call as a card shows it. */
import { isFinalTool, type Role, type ToolCallPart, type ToolState as SdkState } from '@antiphon/client';
import type { ApprovalView, StopView, ToolState, ToolView } from '../view/model.ts';
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
  readonly role: Role | undefined;
  readonly approval: ApprovalView | undefined;
  readonly nameOf: (user: string) => string;
}

export function toolView(call: ToolCallPart, facts: ToolFacts): ToolView {
  const { at, mine, approval } = facts;
  const summary = call.title ?? firstWord(call.arguments);
  const input = written(call.arguments);
  const result = written(call.result);
  const stop = call.cancellation && stopView(call.cancellation, facts);
  const asked = facts.stopping || stop?.outcome === 'requested';
  return {
    id: call.id,
    name: call.name,
    state: asked && !isFinalTool(call.state) ? 'cancelling' : STATE[call.state],
    startedAt: call.startedAt ?? at,
    mine,
    ...(stop === undefined ? {} : { stop }),
    ...(approval === undefined ? {} : { approval }),
    ...(call.argumentsText ? { draft: call.argumentsText } : {}),
    ...wholeOf(call),
    ...hiddenFrom(call, facts.role),
    ...(summary === undefined ? {} : { summary }),
    ...(input === undefined ? {} : { input }),
    ...(call.progress === undefined ? {} : { progress: progressView(call.progress) }),
    ...(call.output === '' ? {} : { output: call.output }),
    ...(result === undefined ? {} : { result }),
    ...(call.error === undefined
      ? {}
      : { error: { message: sentence(call.error), retryable: call.retryable === true } }),
    ...(call.endedAt === undefined ? {} : { endedAt: call.endedAt }),
  };
}

function stopView(
  { by, at, outcome }: NonNullable<ToolCallPart['cancellation']>,
  { nameOf }: ToolFacts,
): StopView {
  return { by: nameOf(by), since: at, outcome };
}

function wholeOf({ outputBytes, outputUrl }: ToolCallPart): Pick<ToolView, 'whole'> {
  if (outputBytes === undefined && outputUrl === undefined) return {};
  return {
    whole: {
      ...(outputBytes === undefined ? {} : { bytes: outputBytes }),
      ...(outputUrl === undefined ? {} : { url: outputUrl }),
    },
  };
}

const AUDIENCE = { viewer: 'everyone', member: 'members', admin: 'admins', owner: 'the owner' } as const;
const RANK: Record<Role, number> = { viewer: 0, member: 1, admin: 2, owner: 3 };

/** Who may see a part, if one may not oneself. */
export function hiddenFrom(
  { visibleTo }: { visibleTo?: Role | undefined },
  role: Role | undefined,
): { hidden?: string } {
  if (visibleTo === undefined || RANK[role ?? 'viewer'] >= RANK[visibleTo]) return {};
  return { hidden: AUDIENCE[visibleTo] };
}

function progressView({
  fraction,
  message,
}: NonNullable<ToolCallPart['progress']>): ToolView['progress'] & object {
  return {
    ...(fraction === undefined ? {} : { fraction }),
    ...(message === undefined ? {} : { message }),
  };
}

/** Anything as text; nothing for what is not there or empty. */
export function written(value: unknown): string | undefined {
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
