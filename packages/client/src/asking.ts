/** Requests as promises: they wait a while for a connection, then for their answer. */
import type { Connection } from './connection/connection.ts';
import { ANSWER_MS } from './connection/requests.ts';
import { type Environment, mintId } from './environment.ts';
import { ChatError } from './errors.ts';
import type { ConnectionStatus } from './model/connection.ts';
import type { Replies, Request, RequestOf } from './wire/frames.ts';

/** Requests that change something and can carry an id. */
export type Write = Extract<Request, { id?: unknown; room: string }>['type'] & keyof Replies;

/** How often a change is asked for before its caller hears that the answer did not come. */
const WRITE_TRIES = 3;

interface Waiting {
  resolve(): void;
  reject(error: ChatError): void;
}

/** Who waits for the connection. */
export class Asking {
  readonly #connection: Connection;
  readonly #environment: Environment;
  #waiting: { promise: Promise<void>; settle: Waiting } | undefined;

  constructor(connection: Connection, environment: Environment) {
    this.#connection = connection;
    this.#environment = environment;
  }

  /** Resolves when there is a connection; rejects when there will be none. One promise for all who ask. */
  connected(): Promise<void> {
    if (this.#connection.live) return Promise.resolve();
    if (!this.#waiting) {
      let settle: Waiting | undefined;
      const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
      promise.catch(() => undefined);
      if (settle) this.#waiting = { promise, settle };
      return promise;
    }
    return this.#waiting.promise;
  }

  /** The connection is in another state. */
  moved({ state, error }: ConnectionStatus): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    if (state === 'connected') waiting.settle.resolve();
    else if (state === 'failed')
      waiting.settle.reject(error ?? new ChatError('disconnected', 'there is no connection'));
    else if (state === 'idle') waiting.settle.reject(new ChatError('closed', 'the client was disconnected'));
    else return;
    this.#waiting = undefined;
  }

  /** Sends a request as soon as there is a connection, and gives its answer. */
  async ask<T extends Request['type']>(request: RequestOf<T>): Promise<Replies[T]> {
    if (!this.#connection.live) await this.#soon();
    return new Promise((resolve, reject) => this.#connection.request<T>(request, resolve, reject));
  }

  /** Asks for a change: under an id of its own, so that it can be repeated when the answer was lost. */
  write<T extends Write>(request: RequestOf<T>): Promise<Replies[T]> {
    return this.insist<T>({ ...request, id: mintId(this.#environment.now()) });
  }

  /** Asks, again when the answer was lost: for requests that may be carried out twice. */
  async insist<T extends Request['type']>(request: RequestOf<T>): Promise<Replies[T]> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.ask<T>(request);
      } catch (cause) {
        const lost =
          cause instanceof ChatError && (cause.code === 'disconnected' || cause.code === 'timeout');
        if (!lost || tries === WRITE_TRIES) throw cause;
      }
    }
  }

  #soon(): Promise<void> {
    const { state } = this.#connection.status;
    const away = new ChatError('disconnected', 'there is no connection');
    if (state === 'idle' || state === 'failed') return Promise.reject(away);
    return new Promise((resolve, reject) => {
      const timer = this.#environment.timer();
      timer.set(ANSWER_MS, () => reject(away));
      this.connected()
        .then(resolve, reject)
        .finally(() => timer.clear());
    });
  }
}
