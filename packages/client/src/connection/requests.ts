/** Requests that wait for their answer, each under a number of its own. */
import { Timer } from '../environment.ts';
import { ChatError, fromWire } from '../errors.ts';
import type { Answer } from '../wire/frames.ts';
import { sizeOf } from '../wire/size.ts';

/** No answer for this long means that none will come. */
const ANSWER_MS = 10_000;
/** What is asked for again on the next connection may take longer, because connections may. */
const REPEAT_MS = 30_000;

/** When a request goes out: now or never; now or on the next connection; the same, again if the answer was lost. */
export type Patience = 'now' | 'once' | 'repeat';

/** Called at once when the answer is read, so that nothing that follows it on the wire is handled before it. */
interface Waiting {
  ok(answer: Answer): void;
  error(error: ChatError): void;
}

interface Open extends Waiting {
  readonly frame: { readonly ref: number } & Readonly<Record<string, unknown>>;
  readonly patience: Patience;
  readonly timer: Timer;
  sent: boolean;
}

/** The open requests of one client. */
export class Requests {
  readonly #send: (frame: object) => void;
  readonly #open = new Map<number, Open>();
  #last = 0;
  /** Most bytes of a request, if the server has said. */
  limit: number | undefined;

  constructor(send: (frame: object) => void) {
    this.#send = send;
  }

  /** Gives a request its number, and sends it if there is a line. */
  add(request: object, waiting: Waiting, patience: Patience, sent: boolean): void {
    this.#last += 1;
    const ref = this.#last;
    const frame = { ...request, ref };
    const timer = new Timer();
    timer.set(patience === 'repeat' ? REPEAT_MS : ANSWER_MS, () =>
      this.#take(ref)?.error(new ChatError('timeout', 'no answer')),
    );
    const open = { ...waiting, frame, patience, timer, sent };
    this.#open.set(ref, open);
    if (sent) this.#go(open);
  }

  /** There is a line: sends what waited for one. */
  flush(): void {
    for (const open of this.#open.values()) if (!open.sent) this.#go(open);
  }

  /** Hands an answer to whoever waits for it; false if nobody does. */
  settle(answer: Answer): boolean {
    const open = this.#take(answer.ref);
    if (answer.type === 'error') open?.error(fromWire(answer));
    else open?.ok(answer);
    return open !== undefined;
  }

  /** The line is gone, and with it every answer; `all` if there will be no other one. */
  drop(all: boolean): void {
    for (const [ref, open] of [...this.#open]) {
      if (all || (open.sent && open.patience !== 'repeat'))
        this.#take(ref)?.error(new ChatError('disconnected', 'no connection'));
      open.sent = false;
    }
  }

  /** Sends it; or refuses it, where the server would break off the line for its size. */
  #go(open: Open): void {
    const { frame } = open;
    const { limit } = this;
    open.sent = true;
    if (!limit || sizeOf(frame) <= limit) return this.#send(frame);
    const field = Object.keys(frame).find((name) => sizeOf(frame[name]) > limit / 2);
    this.#take(frame.ref)?.error(new ChatError('too_large', 'too large', { field, limit }));
  }

  #take(ref = 0): Open | undefined {
    const open = this.#open.get(ref);
    open?.timer.clear();
    this.#open.delete(ref);
    return open;
  }
}
