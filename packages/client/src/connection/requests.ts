/** Requests that wait for their answer, each under a number of its own. */
import { ChatError, fromWire } from '../errors.ts';
import type { Environment, Timer } from '../environment.ts';
import type { Answer } from '../wire/frames.ts';

/** No answer for this long means that none will come; repeating is safe, because ids make it so. */
export const ANSWER_MS = 10_000;

/** No request has this number. */
const NONE = 0;

/** Called at once when the answer is read, so that nothing that follows it on the wire is handled before it. */
export interface Waiting {
  ok(answer: Exclude<Answer, { type: 'error' }>): void;
  error(error: ChatError): void;
}

interface Open extends Waiting {
  readonly timer: Timer;
}

/** The open requests of one connection. */
export class Requests {
  readonly #environment: Environment;
  readonly #open = new Map<number, Open>();
  #last = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** A number for a request whose answer goes to `waiting`. */
  add(waiting: Waiting, timeoutMs = ANSWER_MS): number {
    this.#last += 1;
    const ref = this.#last;
    const timer = this.#environment.timer();
    timer.set(timeoutMs, () => {
      this.#take(ref)?.error(new ChatError('timeout', 'no answer in time'));
    });
    this.#open.set(ref, { ok: waiting.ok.bind(waiting), error: waiting.error.bind(waiting), timer });
    return ref;
  }

  /** Hands an answer to whoever waits for it; false if nobody does. */
  settle(answer: Answer): boolean {
    const open = this.#take(answer.ref ?? NONE);
    if (!open) return false;
    if (answer.type === 'error') open.error(fromWire(answer));
    else open.ok(answer);
    return true;
  }

  /** The connection is gone, and with it every answer. */
  dropAll(error: ChatError): void {
    for (const ref of [...this.#open.keys()]) this.#take(ref)?.error(error);
  }

  #take(ref: number): Open | undefined {
    const open = this.#open.get(ref);
    if (!open) return undefined;
    this.#open.delete(ref);
    open.timer.clear();
    return open;
  }
}
