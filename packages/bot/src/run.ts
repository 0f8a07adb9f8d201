/** A run: one message to work on, and the answer that grows meanwhile. */
import { Questions, type AskOptions } from './ask.ts';
import type { Desk } from './desk.ts';
import { Draft } from './draft.ts';
import { BotError, messageOf } from './errors.ts';
import type { CancelRun, CancelTool, Decided, RunOffer } from './generated/protocol.ts';
import { replyInto, type Reply } from './reply.ts';
import { Steered } from './steered.ts';
import { stopOf, ToolCall, type ToolOptions, type ToolWork } from './tool.ts';
import type { Activity, Decision, Ending, Message, Room, Usage } from './words.ts';

/** What a bot works on. Everything that it says arrives exactly once, whatever the network does meanwhile. */
export interface Run {
  readonly id: string;
  readonly room: Room;
  /** The message to answer. */
  readonly message: Message;
  /** What that message says. */
  readonly text: string;
  /** What was said before, the oldest first. */
  readonly context: readonly Message[];
  /** Names of those who wrote all that, by id. */
  readonly names: Readonly<Record<string, string>>;
  /** Aborted when somebody stops the run, or it is over for another reason. */
  readonly signal: AbortSignal;
  /** The answer. */
  readonly reply: Reply;
  /** Messages that arrive for the bot in this room while it is at work, for bots with `steer`. */
  readonly steered: AsyncIterable<Message>;
  /** Says what the bot is doing. */
  status(activity: Activity): Promise<void>;
  /** Runs a tool that people can watch and stop. Throws what it throws, and when it is stopped, too slow or denied. */
  tool<Arguments, Result>(
    name: string,
    args: Arguments,
    work: ToolWork<Arguments, Result>,
    options?: ToolOptions,
  ): Promise<Result>;
  /** Asks people, and waits for their decision. */
  ask(options: AskOptions): Promise<Decision>;
  /** Records what the run has cost; told when it ends. */
  usage(usage: Partial<Usage>): void;
}

/** What a bot does with a run. Returning completes it, throwing fails it with the error's message. */
export type Handler = (run: Run) => unknown;

/** A run at work, as the bot's connection sees it. */
export class RunAtWork implements Run {
  readonly room: Room;
  readonly message: Message;
  readonly text: string;
  readonly context: readonly Message[];
  readonly names: Readonly<Record<string, string>>;
  readonly reply: Reply;
  readonly steered = new Steered();
  readonly #desk: Desk;
  readonly #draft: Draft;
  readonly #questions: Questions;
  readonly #stop = new AbortController();
  readonly #tools = new Map<string, ToolCall<unknown>>();
  readonly #usage: Usage[] = [];
  #leaving = false;

  constructor(offer: RunOffer, desk: Desk) {
    ({ room: this.room, trigger: this.message, context: this.context, names: this.names } = offer);
    this.text = textOf(offer.trigger);
    this.#desk = desk;
    this.#draft = new Draft(desk);
    this.#questions = new Questions(desk, offer.trigger.sender);
    this.reply = replyInto(this.#draft);
    desk.over.addEventListener('abort', () => this.#stopAll(desk.over.reason as BotError, 0));
  }

  get id(): string {
    return this.#desk.held.run;
  }

  get attempt(): number {
    return this.#desk.held.attempt;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  async status(activity: Activity): Promise<void> {
    await this.#desk.insist('run_status', { activity });
  }

  async tool<Arguments, Result>(
    name: string,
    args: Arguments,
    work: ToolWork<Arguments, Result>,
    options: ToolOptions = {},
  ): Promise<Result> {
    this.signal.throwIfAborted();
    const call = new ToolCall(this.#draft, this.#desk, name, args, options);
    this.#tools.set(call.id, call as ToolCall<unknown>);
    try {
      if (options.approval !== undefined) await call.approve(this.#questions, options.approval);
      return await call.work(work);
    } finally {
      this.#tools.delete(call.id);
    }
  }

  ask(options: AskOptions): Promise<Decision> {
    return this.#questions.ask(options);
  }

  usage(usage: Partial<Usage>): void {
    this.#usage.push({ requests: 1, input_tokens: 0, output_tokens: 0, ...usage });
  }

  /** Lets the handler work, and ends the run as the handler did. Answers with what it threw. */
  async work(handler: Handler): Promise<unknown> {
    let [ending, error, thrown]: [Ending, string | undefined, unknown] = ['completed', undefined, undefined];
    try {
      await handler(this);
    } catch (reason) {
      thrown = reason;
      [ending, error] = ['failed', messageOf(reason)];
    }
    if (this.#desk.isOver()) return undefined;
    if (this.signal.aborted) {
      [ending, error] = this.#leaving ? ['interrupted', 'the bot was stopped'] : ['cancelled', undefined];
      thrown = undefined;
    }
    try {
      await this.#draft.settled();
    } catch (refusal) {
      if (this.#desk.isOver()) return undefined;
      // The server did not want all of the answer, and the handler did not look.
      if (ending === 'completed') [thrown, ending, error] = [refusal, 'failed', messageOf(refusal)];
    }
    try {
      const usage = this.#usage;
      await this.#desk.insist('finish_run', { ending, usage, ...(error === undefined ? {} : { error }) });
    } catch (reason) {
      // Over before it could be ended: whoever ended it was faster.
      thrown ??= this.#desk.isOver() ? undefined : reason;
    } finally {
      this.#desk.end();
    }
    return thrown;
  }

  /** Somebody wants it stopped. */
  cancel({ deadline }: Pick<CancelRun, 'deadline'>): void {
    this.#stopAll(new BotError('run_stopped', 'somebody stopped the run'), Date.parse(deadline));
  }

  cancelTool(event: CancelTool): void {
    this.#tools.get(event.tool_call)?.stop(stopOf(event), Date.parse(event.deadline));
  }

  decided(event: Decided): void {
    this.#questions.decided(event);
  }

  /** Nothing more of it is accepted. */
  end(why: string): void {
    this.#desk.end(why);
  }

  /** The program ends: the run goes back to whom it belongs. */
  leave(): void {
    this.#leaving = true;
    this.#stopAll(new BotError('closed', 'the bot was closed'), 0);
  }

  /** The connection is another one. */
  reconnected(): void {
    this.#draft.reconnected();
    this.#questions.reconnected();
  }

  #stopAll(reason: BotError, deadline: number): void {
    this.#stop.abort(reason);
    for (const tool of this.#tools.values()) tool.stop(reason, deadline);
    this.steered.end();
  }
}

/** What a message says. */
export function textOf(message: Message): string {
  return message.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
