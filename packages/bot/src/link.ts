/** The connection: signs in, carries requests and their answers, and comes back after every cut. */
import { pause, type Environment } from './environment.ts';
import { BotError, fromWire } from './errors.ts';
import { findWebSocket, openSocket, type Socket, type WebSocketClass } from './socket.ts';
import type { Answer, Event, Replies, Requests } from './words.ts';

/** The longest wait before the first attempt to come back; doubled with each one that fails. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;
/** How long a socket may take to open, and the server to answer the sign-in. */
const OPEN_WITHIN_MS = 10_000;
/** Objects are gathered into frames of about this many characters. */
const FRAME_CHARACTERS = 32 * 1024;
/** Close codes from which on coming back is of no use. */
const FINAL_CODES = { from: 4500, to: 4999 };
/** Until the server says otherwise. */
const PING_INTERVAL_MS = 25_000;

/** What a link needs to know. */
export interface LinkOptions {
  url: string;
  /** The bot's token, or where to get it. */
  token: string | (() => string | Promise<string>);
  WebSocket?: WebSocketClass | undefined;
  environment: Environment;
  /** Said first on every connection; what it says comes before everything else. */
  greet: () => Promise<void>;
  hear: (event: Event) => void;
  /** Whether requests can be made, whenever that changes. */
  ready: (ready: boolean) => void;
}

interface Waiting {
  resolve(reply: never): void;
  reject(error: BotError): void;
}

/** One connection at a time, until it is closed. */
export class Link {
  readonly #options: LinkOptions;
  readonly #closing = new AbortController();
  #socket: Socket | undefined;
  #waiting = new Map<number, Waiting>();
  #nextRef = 1;
  #heard: () => void = () => undefined;
  #pingIntervalMs = PING_INTERVAL_MS;
  #comeBackAfterMs: number | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Connects, and connects again. Returns when it was closed; throws when the server refuses for good. */
  async run(): Promise<void> {
    const Class = await findWebSocket(this.#options.WebSocket);
    const { environment } = this.#options;
    for (let failures = 0; !this.#closing.signal.aborted; failures += 1) {
      const steady = await this.#connect(Class);
      if (steady) failures = 0;
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 16));
      // Full jitter: bots that were cut together do not come back together.
      const wait = this.#comeBackAfterMs ?? environment.random() * longest;
      this.#comeBackAfterMs = undefined;
      await pause(environment, wait, this.#closing.signal);
    }
  }

  /** Asks. Rejected with `disconnected` if the connection ends first: then it may have been heard or not. */
  ask<T extends keyof Requests>(type: T, fields: Requests[T]): Promise<Replies[T]> {
    return this.askAll([[type, fields]])[0] as Promise<Replies[T]>;
  }

  /** Asks several things in this order, in as few frames as they fit into. */
  askAll(requests: (readonly [keyof Requests, Requests[keyof Requests]])[]): Promise<unknown>[] {
    const socket = this.#socket;
    const answers: Promise<unknown>[] = [];
    let frame = '';
    for (const [type, fields] of requests) {
      const ref = this.#nextRef++;
      answers.push(
        new Promise((resolve, reject) => {
          if (socket === undefined) reject(new BotError('disconnected', 'not connected'));
          else this.#waiting.set(ref, { resolve, reject });
        }),
      );
      const object = JSON.stringify({ type, ref, ...fields });
      if (frame !== '' && frame.length + object.length > FRAME_CHARACTERS) {
        socket?.send(frame);
        frame = '';
      }
      frame += frame === '' ? object : `\n${object}`;
    }
    if (frame !== '') socket?.send(frame);
    return answers;
  }

  /** Ends it, for good. */
  close(): void {
    this.#closing.abort();
  }

  /** One connection, from the opening to the end. Whether it had come so far that requests could be made. */
  #connect(Class: WebSocketClass): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let [steady, over] = [false, false];
      const { environment, ready } = this.#options;
      const end = (refusal?: BotError): void => {
        if (over) return;
        over = true;
        silence();
        this.#closing.signal.removeEventListener('abort', close);
        this.#lose(socket);
        if (steady) ready(false);
        if (refusal === undefined) resolve(steady);
        else reject(refusal);
      };
      const close = (): void => end();
      let silence = environment.later(OPEN_WITHIN_MS, close);
      const socket = openSocket(Class, this.#options.url, {
        opened: () => {
          this.#socket = socket;
          this.#greet().then(
            () => {
              if (over) return;
              steady = true;
              this.#heard();
              ready(true);
            },
            // What was refused for good is refused on every connection. With everything else the time runs out, unless a close
            // code that says more is on its way.
            (error: unknown) => {
              if (error instanceof BotError && !error.retryable) end(error);
            },
          );
        },
        received: (data) => {
          if (steady) this.#heard();
          for (const line of data.split('\n')) if (line !== '') this.#receive(line);
        },
        closed: (code, reason) => end(refusalOf(code, reason)),
      });
      this.#heard = () => {
        silence();
        silence = environment.later(2 * this.#pingIntervalMs, close);
      };
      this.#closing.signal.addEventListener('abort', close, { once: true });
    });
  }

  async #greet(): Promise<void> {
    const { token } = this.#options;
    const signed = await this.ask('authenticate', {
      token: typeof token === 'string' ? token : await token(),
      device: '@antiphon/bot',
    });
    this.#pingIntervalMs = signed.ping_interval_ms;
    await this.#options.greet();
  }

  #receive(line: string): void {
    const frame = parse(line);
    if (frame === undefined) return;
    if (frame.type === 'ping') this.#socket?.send('{"type":"pong"}');
    else if (frame.type === 'bye') this.#comeBackAfterMs = frame.reconnect ? frame.after_ms : undefined;
    else if ('ref' in frame) this.#answer(frame);
    else this.#options.hear(frame as Event);
  }

  #answer(frame: Answer): void {
    const waiting = this.#waiting.get(frame.ref ?? 0);
    this.#waiting.delete(frame.ref ?? 0);
    if (frame.type === 'error') waiting?.reject(fromWire(frame));
    else waiting?.resolve(frame as never);
  }

  #lose(socket: Socket): void {
    socket.close();
    this.#socket = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const each of waiting) each.reject(new BotError('disconnected', 'the connection ended first'));
  }
}

/** Why a socket that was closed with this code must not be opened again; nothing if it may. */
function refusalOf(code: number, reason: string): BotError | undefined {
  if (code < FINAL_CODES.from || code > FINAL_CODES.to) return undefined;
  const known = code === 4500 || code === 4501 ? 'token_refused' : 'forbidden';
  return new BotError(known, `the server ended the connection for good (${code}${reason && `: ${reason}`})`);
}

function parse(line: string): Event | Answer | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null ? (value as Event) : undefined;
  } catch {
    return undefined;
  }
}
