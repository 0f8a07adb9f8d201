/** A tool call that people can watch and stop. */
import type { Questions, AskOptions } from './ask.ts';
import type { Desk } from './desk.ts';
import type { Draft } from './draft.ts';
import { mintId, pause } from './environment.ts';
import { BotError, messageOf, TryAgain } from './errors.ts';
import type { CancelTool } from './generated/protocol.ts';
import type { PartDraft } from './part.ts';
import type { Decision, Json, Role, ToolCallValue } from './words.ts';

/** A stopped tool has until the server's deadline to end, and no longer than this: clocks differ. */
const MOST_GRACE_MS = 5_000;

/** How a tool is run. */
export interface ToolOptions {
  /** What it does, for people. */
  title?: string;
  /** After this time the server ends the call. */
  timeoutMs?: number;
  /** The least role that may see its arguments, output and result. */
  visibleTo?: Role;
  /** Asks people before it runs. */
  approval?: AskOptions;
  /** Id of the tool call in which a sub-agent makes this one. */
  parent?: string;
}

/** A tool at work. */
export interface Tool<Arguments = unknown> {
  readonly id: string;
  readonly name: string;
  /** What it is called with; other than announced if whoever approved it changed them. */
  readonly arguments: Arguments;
  /** Aborted when somebody stops the call or the run, or it took too long. */
  readonly signal: AbortSignal;
  /** Says how far it is: from 0 to 1 if that is known, and in words. The latest counts. */
  progress(fraction: number | undefined, message?: string): void;
  /** Adds to the live output. To be awaited where there is much. */
  output(words: string): Promise<void>;
}

/** What a tool does. What it answers with, or throws, is what the room sees of it. */
export type ToolWork<Arguments, Result> = (tool: Tool<Arguments>) => Result | Promise<Result>;

/** A call, from its announcement to its end. */
export class ToolCall<Arguments> implements Tool<Arguments> {
  readonly id = mintId();
  readonly name: string;
  arguments: Arguments;
  readonly #stop = new AbortController();
  readonly #part: PartDraft;
  readonly #desk: Desk;
  #deadline = 0;

  constructor(draft: Draft, desk: Desk, name: string, args: Arguments, options: ToolOptions) {
    this.name = name;
    this.arguments = args;
    this.#desk = desk;
    const { title, approval, visibleTo, timeoutMs, parent } = options;
    const value: ToolCallValue = {
      type: 'tool_call',
      tool_call: this.id,
      name,
      ...(parent === undefined ? {} : { parent }),
      ...(title === undefined ? {} : { title }),
      state: approval === undefined ? 'running' : 'pending',
      arguments: args as Json,
    };
    this.#part = draft.open(value, { visibleTo, timeoutMs });
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  progress(fraction: number | undefined, message?: string): void {
    const progress = {
      ...(fraction === undefined ? {} : { fraction }),
      ...(message === undefined ? {} : { message }),
    };
    void this.#say({ progress });
  }

  output(words: string): Promise<void> {
    return this.#part.grow(words);
  }

  /** Asks first, if it is to. Throws if people said no. */
  async approve(questions: Questions, options: AskOptions): Promise<void> {
    await this.#part.heard();
    const subject = { tool_call: this.id, tool: this.name, arguments: this.arguments as Json };
    const decision = await questions.ask(options, subject);
    if (decision.action !== 'approve') {
      const reason = decision.reason ?? 'people said no';
      await this.#say(
        decision.cause === 'withdrawn' ? { state: 'cancelled' } : { state: 'denied', error: reason },
      );
      throw denial(decision, reason);
    }
    if (decision.arguments !== undefined) this.arguments = decision.arguments as Arguments;
    await this.#say({ state: 'running', arguments: this.arguments as Json });
  }

  /** Does the work, and tells how it ended. */
  async work<Result>(work: ToolWork<Arguments, Result>): Promise<Result> {
    try {
      // In a turn of its own, so that what it throws at once is an error of the tool.
      const result = await this.#orStopped(Promise.resolve().then(() => work(this)));
      await this.#end({ state: 'completed', result: (result ?? null) as Json });
      return result;
    } catch (thrown) {
      if (this.signal.aborted) {
        if (!this.#desk.isOver()) await this.#end({ state: stateOf(this.signal.reason as BotError) });
        throw this.signal.reason;
      }
      const retryable = thrown instanceof TryAgain;
      await this.#end({ state: 'failed', error: messageOf(thrown), ...(retryable ? { retryable } : {}) });
      throw thrown;
    }
  }

  /** Somebody wants it stopped, or it took too long. */
  stop(reason: BotError, deadline: number): void {
    this.#deadline = deadline;
    this.#stop.abort(reason);
  }

  /** The result, or an error soon after the call was stopped: who does not heed the signal is not waited for. */
  async #orStopped<Result>(work: Promise<Result>): Promise<Result> {
    const stopped = new Promise<never>((_, reject) => {
      const leave = async (): Promise<void> => {
        const grace = Math.min(MOST_GRACE_MS, Math.max(0, this.#deadline - Date.now()));
        await Promise.race([
          work.catch(() => undefined),
          pause(this.#desk.environment, grace, this.#desk.over),
        ]);
        reject(this.signal.reason as Error);
      };
      this.signal.addEventListener('abort', () => void leave(), { once: true });
    });
    stopped.catch(() => undefined);
    return Promise.race([this.signal.aborted ? stopped : work, stopped]);
  }

  async #end(end: Partial<ToolCallValue>): Promise<void> {
    this.#part.complete();
    await this.#part.caughtUp();
    await this.#say(end).catch((error: unknown) => {
      // The server has closed it already, or the run: there is nobody left to be told.
      if (!(error instanceof BotError) || error.code === 'too_large') throw error;
    });
  }

  #say(more: Partial<ToolCallValue>): Promise<void> {
    return this.#part.change({ ...(this.#part.value as ToolCallValue), ...more });
  }
}

/** Why a call is to stop, as an error. */
export function stopOf({ outcome, by }: Pick<CancelTool, 'outcome' | 'by'>): BotError {
  return outcome === 'forced' || by === 'system'
    ? new BotError('tool_timed_out', 'the tool took too long')
    : new BotError('tool_stopped', 'somebody stopped the tool');
}

function stateOf(reason: BotError): ToolCallValue['state'] {
  return reason.code === 'tool_timed_out' ? 'timed_out' : 'cancelled';
}

function denial({ cause }: Decision, reason: string): BotError {
  return cause === 'withdrawn' ? new BotError('tool_stopped', reason) : new BotError('denied', reason);
}
