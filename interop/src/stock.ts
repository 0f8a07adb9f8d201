// A person with a stock `socket.io-client`: nothing of ours is in it. It keeps every event that it heard.
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { Guest } from '@antiphon/e2e/wire';

/** An event as it was heard; `offset` is what came behind the payload. */
export interface Heard {
  readonly event: string;
  readonly payload: Record<string, unknown>;
  readonly offset: string | undefined;
}

/** What an event is acknowledged with. */
export interface Acknowledged {
  readonly ok: boolean;
  readonly code?: string;
  readonly [field: string]: unknown;
}

/** What of the client a test may change. */
export type Options = Partial<ManagerOptions & SocketOptions>;

/** Longer than anything here takes on a busy machine. */
const PATIENCE_MS = 30_000;

/**
 * Settings of a server whose clients are cut off. While it changes from polling to WebSocket, engine.io-client 6.6 does not see
 * that both are gone: its polling is paused, and nobody listens to its WebSocket yet. Only the heartbeat tells it: 50 s later with
 * the usual settings, 10 s later with these.
 */
export const QUICK_HEARTBEAT = { timers: { ping_interval_ms: 5_000 } };

/** One client. */
export class Stock implements Disposable {
  readonly socket: Socket;
  readonly heard: Heard[] = [];
  readonly disconnects: string[] = [];
  #listener: () => void = () => undefined;

  private constructor(url: string, who: Pick<Guest, 'token'> | undefined, options: Options) {
    const auth = who === undefined ? {} : { token: who.token };
    const quick = { reconnectionDelay: 50, reconnectionDelayMax: 500 };
    this.socket = io(url, { forceNew: true, auth, ...quick, ...options });
    this.socket.onAny((event: string, payload: Record<string, unknown>, offset?: string) => {
      this.heard.push({ event, payload, offset });
      this.#listener();
    });
    for (const event of ['connect', 'connect_error', 'disconnect'] as const)
      this.socket.on(event, () => setTimeout(() => this.#listener()));
    this.socket.on('disconnect', (reason) => this.disconnects.push(reason));
  }

  /** A client that connects by itself, sooner or later. */
  static begin(url: string, who?: Pick<Guest, 'token'>, options: Options = {}): Stock {
    return new Stock(url, who, options);
  }

  /** A client that is connected. */
  static async connect(url: string, who: Pick<Guest, 'token'>, options: Options = {}): Promise<Stock> {
    const stock = new Stock(url, who, options);
    await stock.until('connected', () => stock.socket.connected);
    return stock;
  }

  /** Asks with an acknowledgement. */
  async ask(event: string, ...args: readonly unknown[]): Promise<Acknowledged> {
    return (await this.socket.emitWithAck(event, ...args)) as Acknowledged;
  }

  /** The same; what is refused is an error. */
  async done(event: string, ...args: readonly unknown[]): Promise<Acknowledged> {
    const answer = await this.ask(event, ...args);
    if (!answer.ok) throw new Error(`${event} was refused: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** What was heard under this name. */
  all(event: string): readonly Record<string, unknown>[] {
    return this.heard.filter((heard) => heard.event === event).map(({ payload }) => payload);
  }

  /** Waits for an event, of those that have come or are to come. */
  async hears(
    event: string,
    is: (payload: Record<string, unknown>) => boolean = () => true,
  ): Promise<Record<string, unknown>> {
    await this.until(event, () => this.all(event).some(is));
    const found = this.all(event).find(is);
    if (found === undefined) throw new Error('it was there just now');
    return found;
  }

  /** Waits until something is so. */
  until(what: string, is: () => boolean): Promise<void> {
    if (is()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const before = this.#listener;
      const deadline = setTimeout(() => {
        this.#listener = before;
        const heard = this.heard.slice(-20).map((event) => JSON.stringify(event).slice(0, 300));
        const state = `connected: ${this.socket.connected}; disconnects: ${this.disconnects.join(', ')}`;
        reject(new Error(`did not come: ${what} (${state}); the last of what came:\n${heard.join('\n')}`));
      }, PATIENCE_MS);
      this.#listener = () => {
        before();
        if (!is()) return;
        clearTimeout(deadline);
        this.#listener = before;
        resolve();
      };
    });
  }

  /** The texts of the messages that were heard in a room, in order. */
  texts(room: string): readonly string[] {
    return this.all('message')
      .filter((payload) => payload['room'] === room)
      .map((payload) => payload['text'] as string);
  }

  /** Cuts the connection below the client, as a network would. */
  cut(): void {
    this.socket.io.engine.close();
  }

  [Symbol.dispose](): void {
    this.socket.disconnect();
  }
}
