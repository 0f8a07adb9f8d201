/** The answer as the bot has it, and the loop that brings the server's up to it: what differs is said, as one round of
 * requests at a time. A cut makes the loop look again at what the server has; nothing is remembered of what was on its way. */
import { pause } from './environment.ts';
import { BotError } from './errors.ts';
import type { Desk } from './desk.ts';
import type { HeldPart } from './generated/protocol.ts';
import { PartDraft, type PartOptions, type PartValue, type Step } from './part.ts';

/** Rounds are so far apart at least: the first words go at once, those that follow soon go together. */
const GATHER_MS = 30;
/** How often in a row the server may have something else than was thought, before that is taken to be an error. */
const MOST_SURPRISES = 5;

/** The answer of a run, growing. */
export class Draft {
  readonly #desk: Desk;
  #parts: PartDraft[] = [];
  /** Whether what the parts know of the server is so. */
  #current = false;
  #opened = false;
  #surprises = 0;
  /** Parts of which the server wanted no more. */
  #refusals: PartDraft[] = [];
  /** Why nothing more can be said. */
  #fault: BotError | undefined;
  #loop: Promise<void> | undefined;
  /** When the last round began. */
  #roundAt = -Infinity;
  /** Nothing follows: there is nothing to gather. */
  #isEnding = false;

  constructor(desk: Desk) {
    this.#desk = desk;
    desk.over.addEventListener('abort', () => this.#fail(desk.over.reason as BotError));
  }

  /** Adds a part. */
  open(value: PartValue, options: PartOptions = {}): PartDraft {
    this.#desk.over.throwIfAborted();
    if (this.#fault !== undefined) throw this.#fault;
    const part = new PartDraft(value, options, () => this.#wake());
    this.#parts.push(part);
    this.#wake();
    return part;
  }

  /** Whether this is the last part, so that words that follow go into it. */
  isLast(part: PartDraft): boolean {
    return this.#parts.at(-1) === part;
  }

  /** Returns when the server has everything. Throws what it refused, if nobody was told of that. */
  async settled(): Promise<void> {
    this.#isEnding = true;
    for (const part of this.#parts) part.complete();
    this.#wake();
    while (this.#loop !== undefined) await this.#loop;
    this.#desk.over.throwIfAborted();
    const unheard = this.#fault ?? this.#refusals.find((part) => part.unheard)?.unheard;
    if (unheard !== undefined) throw unheard;
  }

  /** The connection is another one: what was on its way may be lost. */
  reconnected(): void {
    this.#current = false;
    if (this.#opened) this.#wake();
  }

  #wake(): void {
    if (this.#loop !== undefined || this.#desk.over.aborted) return;
    this.#loop = this.#run();
  }

  #fail(error: BotError): void {
    for (const part of this.#parts) part.fail(error);
  }

  async #run(): Promise<void> {
    try {
      // Whatever the bot says in one breath goes out together.
      await Promise.resolve();
      while (this.#parts.some((part) => part.isBehind)) {
        await this.#gather();
        await this.#desk.ready();
        if (!this.#current) await this.#look();
        await this.#round(this.#parts.flatMap((part, index) => part.next(index)));
      }
    } catch (error) {
      this.#fault =
        error instanceof BotError ? error : new BotError('protocol', String(error), { cause: error });
      this.#fail(this.#fault);
    } finally {
      // In the same breath as the look at the parts: what is said later starts it again.
      this.#loop = undefined;
    }
  }

  /** Finds out what the server has; opens the answer if that was not done. */
  async #look(): Promise<void> {
    const { parts } = await this.#desk.insist('open_message', {});
    this.#opened = true;
    const ends = new Map(parts.map(({ part, end }: HeldPart) => [part, end]));
    for (const [index, part] of this.#parts.entries()) {
      if (!part.standsAt(ends.get(index)))
        throw new BotError('conflict', 'the server has another text of this answer');
    }
    this.#current = true;
  }

  async #gather(): Promise<void> {
    const { environment, over } = this.#desk;
    const wait = this.#roundAt + GATHER_MS - environment.now();
    if (wait > 0 && !this.#isEnding) await pause(environment, wait, over);
    this.#roundAt = environment.now();
  }

  async #round(steps: readonly Step[]): Promise<void> {
    const answers = await Promise.allSettled(this.#desk.say(steps.map(({ saying }) => saying)));
    let worst: BotError | undefined;
    for (const [at, answer] of answers.entries()) {
      const step = steps[at];
      if (step === undefined) continue;
      if (answer.status === 'fulfilled') step.done();
      else worst = this.#refused(step, answer.reason as BotError) ?? worst;
    }
    if (worst === undefined) {
      this.#surprises = 0;
      return;
    }
    this.#current = false;
    if (worst.code !== 'conflict') return this.#desk.bear(worst);
    this.#surprises += 1;
    if (this.#surprises > MOST_SURPRISES) throw worst;
  }

  /** Deals with a refusal that is about one part. Answers with an error after which it is to be looked again. */
  #refused({ part, saying }: Step, error: BotError): BotError | undefined {
    if (error.retryable || error.code === 'fenced' || error.code === 'not_found') return error;
    if (error.code === 'conflict') {
      // The server closes tool calls that are stopped or too slow, and takes nothing more of them.
      if (!part.isTool || !part.opened) return error;
      part.close();
      return undefined;
    }
    part.refused(saying[0], error);
    this.#refusals.push(part);
    if (!part.opened) this.#parts = this.#parts.filter((other) => other !== part);
    // Those behind it stand elsewhere now.
    return new BotError('conflict', error.message);
  }
}
