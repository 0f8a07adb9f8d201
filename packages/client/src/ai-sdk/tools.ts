/**
 * Tool calls, in the states that the AI SDK has for them. It has no word for a call that was stopped, took too long or was left
 * behind: those are errors, with the state beside them.
 */
import type { Approval } from '../model/approval.ts';
import { isFinalTool, type ToolCall, type ToolState } from '../model/part.ts';
import type { AiVersion, Chunk7, Ours, Tool, UIPart } from './words.ts';

/** How much of a tool's live output is told, from its end: it is told anew each time it grew. */
const LIVE_OUTPUT = 4 * 1024;

const OURS: Ours = { dynamic: true, providerExecuted: true };

/** How far the page is with a call. */
type Phase = 'written' | 'ready' | 'asked' | 'answered' | 'over';

interface Told {
  phase: Phase;
  /** The arguments as text, as far as they were told. */
  written: string;
  /** As JSON, what was told of arguments and progress. */
  input?: string;
  progress?: string;
  /** The last question that was told or known. */
  asked?: string;
}

/** Whether a question is one that the SDK can ask: may this tool run? */
export function isAboutTool({ kind, toolCall }: Approval): boolean {
  return kind === 'permission' && toolCall !== undefined;
}

/** What was told of all tool calls of an answer. */
export class Tools {
  readonly #version: AiVersion;
  readonly #told = new Map<string, Told>();

  constructor(version: AiVersion) {
    this.#version = version;
  }

  /** The page shows a call like this. */
  hold(part: UIPart): void {
    if (part.toolCallId === undefined) return;
    const told: Told = { phase: phaseOf(part), written: '' };
    if (part.input !== undefined) told.input = JSON.stringify(part.input);
    this.#told.set(part.toolCallId, told);
  }

  knows(call: string): boolean {
    return this.#told.has(call);
  }

  forget(): void {
    this.#told.clear();
  }

  /** Whether nothing goes on before people have decided. */
  get waitForPeople(): boolean {
    const phases = [...this.#told.values()].map(({ phase }) => phase);
    return phases.includes('asked') && phases.every((phase) => phase === 'asked' || phase === 'over');
  }

  /** Ends every call that has not ended. */
  giveUp(chunks: Chunk7[]): void {
    for (const [id, told] of this.#told) {
      if (told.phase === 'over') continue;
      told.phase = 'over';
      chunks.push(failed(id, 'abandoned'));
    }
  }

  /** Tells what is new of a call. */
  tell(call: ToolCall, approvals: readonly Approval[], late: boolean, chunks: Chunk7[]): void {
    let told = this.#told.get(call.id);
    if (!told) {
      chunks.push({ type: 'tool-input-start', ...toolOf(call), ...OURS });
      this.#told.set(call.id, (told = { phase: 'written', written: '' }));
    }
    if (told.phase === 'over') return;
    tellArguments(told, call, chunks);
    const approval = approvals.findLast((one) => isAboutTool(one) && one.toolCall === call.id);
    if (this.#version >= 6 && approval) this.#tellApproval(told, call, approval, chunks);
    if (isFinalTool(call.state)) this.#tellEnd(told, call, chunks);
    else if (call.state === 'running' && !late) tellProgress(told, call, chunks);
  }

  #tellApproval(told: Told, call: ToolCall, approval: Approval, chunks: Chunk7[]): void {
    const { id, decision } = approval;
    if (!decision) {
      if (told.asked !== id && (told.phase === 'written' || told.phase === 'ready'))
        ask(told, call, approval, chunks);
      told.asked = id;
    } else if (told.phase === 'asked' && this.#version >= 7 && decision.cause !== 'withdrawn') {
      chunks.push(answered(id, decision.action === 'approve', decision.reason));
      told.phase = 'answered';
    }
  }

  #tellEnd(told: Told, call: ToolCall, chunks: Chunk7[]): void {
    if (call.state === 'completed') {
      const output = call.result ?? (call.output === '' ? null : call.output);
      chunks.push({ type: 'tool-output-available', toolCallId: call.id, output, ...OURS });
    } else if (call.state === 'denied' && this.#version >= 6) this.#tellDenied(told, call, chunks);
    else chunks.push(failed(call.id, call.state, call.error));
    told.phase = 'over';
  }

  /** A no has to stand beside what it was said to, also for a page that comes later. */
  #tellDenied({ phase }: Told, { id, approval, error }: ToolCall, chunks: Chunk7[]): void {
    if (approval !== undefined && (phase === 'written' || phase === 'ready')) {
      chunks.push({ type: 'tool-approval-request', approvalId: approval, toolCallId: id });
      if (this.#version >= 7) chunks.push(answered(approval, false, error));
    }
    chunks.push({ type: 'tool-output-denied', toolCallId: id });
  }
}

/**
 * The arguments while they are written, then whole; whole once more when they changed, or when the call goes on after people
 * were asked.
 */
function tellArguments(told: Told, call: ToolCall, chunks: Chunk7[]): void {
  const text = call.argumentsText ?? '';
  if (told.phase === 'written' && text.startsWith(told.written) && text !== told.written) {
    const inputTextDelta = text.slice(told.written.length);
    chunks.push({ type: 'tool-input-delta', toolCallId: call.id, inputTextDelta });
    told.written = text;
  }
  const given = call.arguments ?? null;
  const whole = call.state !== 'pending' || (text === '' && given !== null);
  const goesOn = call.state === 'running' && (told.phase === 'asked' || told.phase === 'answered');
  const input = JSON.stringify(given);
  if (!whole || (told.input === input && !goesOn && told.phase !== 'written')) return;
  chunks.push({ type: 'tool-input-available', ...toolOf(call), input: given, ...OURS });
  told.input = input;
  told.phase = 'ready';
}

function ask(told: Told, call: ToolCall, approval: Approval, chunks: Chunk7[]): void {
  if (told.phase === 'written') {
    const input = approval.arguments ?? call.arguments ?? null;
    chunks.push({ type: 'tool-input-available', ...toolOf(call), input, ...OURS });
    told.input = JSON.stringify(input);
  }
  const { id: approvalId, prompt: reason } = approval;
  chunks.push({ type: 'tool-approval-request', approvalId, toolCallId: call.id, reason });
  told.phase = 'asked';
}

function tellProgress(told: Told, call: ToolCall, chunks: Chunk7[]): void {
  const output = {
    ...(call.output === '' ? {} : { output: call.output.slice(-LIVE_OUTPUT) }),
    ...(call.progress && { progress: call.progress }),
  };
  const progress = JSON.stringify(output);
  if (progress === '{}' || progress === told.progress) return;
  told.progress = progress;
  chunks.push({ type: 'tool-output-available', toolCallId: call.id, output, preliminary: true, ...OURS });
}

function toolOf({ id, name, title }: ToolCall): Tool {
  return { toolCallId: id, toolName: name, ...(title !== undefined && { title }) };
}

function answered(approvalId: string, approved: boolean, reason: string | undefined): Chunk7 {
  return {
    type: 'tool-approval-response',
    approvalId,
    approved,
    ...(reason !== undefined && { reason }),
  };
}

const WORDS: Partial<Record<ToolState, string>> = {
  cancelled: 'the tool was stopped',
  timed_out: 'the tool took too long',
  denied: 'the tool was not allowed',
  abandoned: 'the agent ended before the tool did',
};

/** A call that ended without a result. */
function failed(toolCallId: string, state: ToolState, error?: string): Chunk7 {
  const errorText = error || (WORDS[state] ?? 'the tool failed');
  return {
    type: 'tool-output-error',
    toolCallId,
    errorText,
    providerMetadata: { antiphon: { state } },
    ...OURS,
  };
}

function phaseOf({ state, preliminary }: UIPart): Phase {
  switch (state) {
    case undefined:
    case 'input-streaming':
      return 'written';
    case 'approval-requested':
      return 'asked';
    case 'approval-responded':
      return 'answered';
    case 'output-error':
    case 'output-denied':
      return 'over';
    case 'output-available':
      return preliminary === true ? 'ready' : 'over';
    default:
      return 'ready';
  }
}
