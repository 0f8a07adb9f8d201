/** What everything about one run goes through: it says things again until they are heard, and knows when it is over. */
import { pause, type Environment } from './environment.ts';
import { BotError } from './errors.ts';
import type { Gate } from './gate.ts';
import type { HeldRun } from './generated/protocol.ts';
import type { Link } from './link.ts';
import type { Replies, Requests } from './words.ts';

/** How long to wait before saying something again that the server could not do just now. */
const AGAIN_AFTER_MS = 500;

type AboutRun = Exclude<keyof Requests, 'authenticate' | 'serve_runs' | 'run_heartbeat'>;
/** The fields of a request beside those that name the run. */
export type Fields<T extends AboutRun> = Omit<Requests[T], keyof HeldRun>;
/** A request and its fields. */
export type Saying = { [T in AboutRun]: readonly [T, Fields<T>] }[AboutRun];

/** A run's way to the server. */
export class Desk {
  readonly held: HeldRun;
  readonly environment: Environment;
  readonly #link: Link;
  readonly #gate: Gate;
  readonly #over = new AbortController();

  constructor(held: HeldRun, link: Link, gate: Gate, environment: Environment) {
    this.held = held;
    this.#link = link;
    this.#gate = gate;
    this.environment = environment;
  }

  /** Aborted once nothing more of the run is accepted, or it was ended. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether that is so. */
  isOver(): boolean {
    return this.over.aborted;
  }

  /** Nothing more of the run is accepted. */
  end(why = 'the run is over'): void {
    this.#over.abort(new BotError('run_over', why));
  }

  /** Returns when something can be said; throws once the run is over. */
  async ready(): Promise<void> {
    await this.#gate.pass(this.over);
    this.over.throwIfAborted();
  }

  /** Says several things in this order. Each answer comes for itself, and an error as it is. */
  say(sayings: readonly Saying[]): Promise<unknown>[] {
    return this.#link.askAll(sayings.map(([type, fields]) => [type, { ...this.held, ...fields }] as const));
  }

  /** Says something until it is heard. Throws when the run is over, or when it was refused for good. */
  async insist<T extends AboutRun>(type: T, fields: Fields<T>): Promise<Replies[T]> {
    for (;;) {
      await this.ready();
      try {
        const saying = [type, fields] as unknown as Saying;
        return (await this.say([saying])[0]) as never;
      } catch (error) {
        await this.#bear(error);
      }
    }
  }

  /** Waits until something may be said again after this error. Throws if it may not. */
  async bear(error: BotError): Promise<void> {
    if (isOver(error)) this.end(error.message);
    this.over.throwIfAborted();
    if (error.code === 'disconnected') return;
    if (!error.retryable) throw error;
    await pause(this.environment, Math.max(error.retryAfterMs ?? 0, AGAIN_AFTER_MS), this.over);
  }

  async #bear(error: unknown): Promise<void> {
    if (!(error instanceof BotError)) throw error;
    await this.bear(error);
  }
}

/** Whether this says that the run is over. */
export function isOver(error: BotError): boolean {
  return error.code === 'fenced' || error.code === 'not_found';
}
