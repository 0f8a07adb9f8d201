/** One part of an answer as the bot has it, and what the server is known to have of it. */
import type { Saying } from './desk.ts';
import { BotError } from './errors.ts';
import type { PutPart } from './generated/protocol.ts';
import { Growth, PIECE_BYTES } from './growth.ts';
import type { Role } from './words.ts';

/** A part without its growing text. */
export type PartValue = PutPart['value'];

/** What is said about a part when it is opened. */
export interface PartOptions {
  /** The least role that may see it. */
  visibleTo?: Role | undefined;
  /** Of a tool call: the server ends it after this time. */
  timeoutMs?: number | undefined;
}

/** Bytes that may wait to be heard; who says more waits. */
const MOST_BEHIND = 64 * 1024;

/** Something to say about a part, and what to do once it was heard. */
export interface Step {
  part: PartDraft;
  saying: Saying;
  done: () => void;
}

interface Waiter {
  until: () => boolean;
  resolve: () => void;
  reject: (error: BotError) => void;
}

/** A part, ahead of the server's. */
export class PartDraft {
  opened = false;
  readonly isTool: boolean;
  #value: PartValue;
  /** Counts changes of the value; the server has the value of `#heard`. */
  #revision = 1;
  #heard = 0;
  #error: BotError | undefined;
  /** Whether somebody was told of the error. */
  #isTold = true;
  #waiters: Waiter[] = [];
  readonly #growth: Growth | undefined;
  readonly #options: PartOptions;
  readonly #wake: () => void;

  constructor(value: PartValue, options: PartOptions, wake: () => void) {
    this.#value = value;
    this.#options = options;
    this.#wake = wake;
    this.isTool = value.type === 'tool_call';
    if (value.type === 'text' || value.type === 'reasoning' || this.isTool) this.#growth = new Growth();
  }

  get value(): PartValue {
    return this.#value;
  }

  /** The error, if nobody was told of it. */
  get unheard(): BotError | undefined {
    return this.#isTold ? undefined : this.#error;
  }

  /** Whether the server lacks something. */
  get isBehind(): boolean {
    return this.#error === undefined && (this.#heard < this.#revision || (this.#growth?.behind ?? 0) > 0);
  }

  /** Says something else about it. Returns when the server has heard it. */
  change(value: PartValue): Promise<void> {
    this.#value = value;
    this.#revision += 1;
    this.#wake();
    return this.heard();
  }

  /** Lets it grow. Returns at once, unless much is waiting to be heard. */
  grow(words: string): Promise<void> {
    this.#growth?.add(words);
    this.#wake();
    return this.#wait(() => (this.#growth?.behind ?? 0) <= MOST_BEHIND);
  }

  /** Returns when the server has all words but those that still fit into one piece. */
  caughtUp(): Promise<void> {
    return this.#wait(() => (this.#growth?.behind ?? 0) <= PIECE_BYTES);
  }

  /** Returns when the server has heard what was said about it so far. */
  heard(): Promise<void> {
    const revision = this.#revision;
    return this.#wait(() => this.#heard >= revision);
  }

  /** Nothing will be added. */
  complete(): void {
    this.#growth?.end();
  }

  /** The server takes nothing more of it, which is no error. */
  close(): void {
    this.#error = new BotError('conflict', 'the server has closed this tool call');
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  /** The server takes nothing more of it. */
  fail(error: BotError): void {
    if (this.#error === undefined) [this.#error, this.#isTold] = [error, this.#waiters.length > 0];
    for (const { reject } of this.#waiters.splice(0)) reject(this.#error);
  }

  /** What is to be said now, as the part with this index: it is opened with its first words; later its words go before what
   * else is new of it, because a tool call that is over grows no more. */
  next(index: number): Step[] {
    if (this.#error !== undefined) return [];
    const steps: Step[] = [];
    const piece = this.#growth?.next();
    if (piece !== undefined && this.opened)
      steps.push(
        this.#step(['append', { part: index, at: piece.at, text: piece.words }], () =>
          this.#growth?.arrived(),
        ),
      );
    if (this.#heard < this.#revision) {
      const [revision, opens] = [this.#revision, !this.opened];
      const { visibleTo, timeoutMs } = this.#options;
      const fields = {
        part: index,
        value: opens ? beginning(this.#value, piece?.words ?? '') : this.#value,
        ...(visibleTo === undefined ? {} : { visible_to: visibleTo }),
        ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }),
      };
      steps.push(
        this.#step(['put_part', fields], () => {
          this.opened = true;
          this.#heard = revision;
          if (opens) this.#growth?.arrived();
        }),
      );
    }
    return steps;
  }

  /** The server does not want this. */
  refused(what: Saying[0], error: BotError): void {
    if (what === 'append' && this.isTool) this.#growth?.stop();
    else this.fail(error);
  }

  /** The server has so much of it; nothing if it was not opened there. False if that cannot be. */
  standsAt(end: number | undefined): boolean {
    if (this.#error !== undefined) return true;
    this.opened = end !== undefined;
    if (end === undefined) this.#heard = 0;
    return this.#growth?.reset(end ?? 0) ?? true;
  }

  #step(saying: Saying, heard: () => void): Step {
    const done = (): void => {
      heard();
      this.#look();
    };
    return { part: this, saying, done };
  }

  #wait(until: () => boolean): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      if (this.#error !== undefined && this.#error.code !== 'conflict') {
        this.#isTold = true;
        reject(this.#error);
      } else if (this.#error !== undefined || until()) resolve();
      else this.#waiters.push({ until, resolve, reject });
    });
    // Who does not wait for it hears of an error elsewhere.
    promise.catch(() => undefined);
    return promise;
  }

  #look(): void {
    this.#waiters = this.#waiters.filter(({ until, resolve }) => {
      const stays = !until();
      if (!stays) resolve();
      return stays;
    });
  }
}

/** A part as it is opened, with its first words. */
function beginning(value: PartValue, words: string): PartValue {
  if (value.type === 'text' || value.type === 'reasoning') return { ...value, text: words };
  return value.type === 'tool_call' ? { ...value, output: words } : value;
}
