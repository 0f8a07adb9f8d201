/** Carries out what the machine decides: asks for tokens, opens and closes channels, keeps the one timer. */
import type { Environment, Timer } from '../environment.ts';
import { ChatError } from '../errors.ts';
import type { ConnectionStatus } from '../model/connection.ts';
import {
  type Answer,
  readFrame,
  type Replies,
  type Request,
  type RequestOf,
  type ServerFrame,
} from '../wire/frames.ts';
import type { Wire } from '../wire/words.ts';
import type { Backoff } from './backoff.ts';
import { CLOSE_GIVING_UP, CLOSE_NORMAL, readClose } from './close.ts';
import { type Deed, type Happening, type Machine, nextTick, START, step } from './machine.ts';
import { Requests } from './requests.ts';
import type { AuthReason, Tokens } from './token.ts';
import type { Channel, Transport } from './transport.ts';
import { watchPage } from './wake.ts';

/** Whatever comes without having been asked for. */
export type Unasked = Exclude<ServerFrame, Answer | { type: 'ping' | 'bye' | 'token_expiring' }>;

/** What a connection reports. */
export interface ConnectionEvents {
  status(status: ConnectionStatus): void;
  /** A connection is ready. */
  connected(user: Wire.User): void;
  /** The connection that was ready is gone. */
  lost(): void;
  frame(frame: Unasked): void;
  /** All objects of one frame were handled. */
  handled(): void;
  error(error: ChatError): void;
}

/** What a connection needs. */
export interface ConnectionOptions {
  readonly url: () => string;
  readonly tokens: Tokens;
  readonly transport: Transport;
  readonly backoff: Backoff;
  readonly environment: Environment;
  readonly device?: string | undefined;
}

/** One connection that comes back by itself. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #requests: Requests;
  #machine: Machine = START;
  #channel: Channel | undefined;
  #token = '';
  #heardAt = 0;
  #rttMs: number | undefined;
  readonly #timer: Timer;
  #unwatch: (() => void) | undefined;
  #status: ConnectionStatus = { state: 'idle', since: 0, attempt: 0 };

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
    this.#requests = new Requests(options.environment);
    this.#timer = options.environment.timer();
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** Whether requests can be sent now. */
  get live(): boolean {
    return this.#machine.step === 'live';
  }

  /** Starts, or tries again at once. */
  connect(): void {
    this.#unwatch ??= watchPage((event) => this.#feed(event));
    this.#feed({ type: 'connect' });
  }

  /** Ends it; nothing is left running. */
  disconnect(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#feed({ type: 'disconnect' });
    this.#options.tokens.forget();
  }

  /** Sends a request; `done` or `failed` is called when its answer is read, in the order of the wire. */
  request<T extends Request['type']>(
    request: RequestOf<T>,
    done: (reply: Replies[T]) => void,
    failed: (error: ChatError) => void,
  ): void {
    if (!this.live) return failed(new ChatError('disconnected', 'there is no connection'));
    const ref = this.#requests.add({ ok: (answer) => done(answer as unknown as Replies[T]), error: failed });
    this.#write({ ...request, ref });
  }

  #feed(event: Happening): void {
    const { environment, backoff } = this.#options;
    const before = this.#machine;
    const [next, deeds] = step(before, event, {
      now: environment.now(),
      random: environment.random(),
      backoff,
    });
    this.#machine = next;
    for (const deed of deeds) this.#carryOut(deed);
    this.#arm();
    if (before.step === 'live' && next.step !== 'live') this.#events.lost();
    this.#report();
  }

  #carryOut(deed: Deed): void {
    switch (deed) {
      case 'fetch_token':
        return void this.#fetchToken('connect');
      case 'fetch_token_again':
        return void this.#fetchToken('rejected');
      case 'dial':
        return this.#dial();
      case 'greet':
        return this.#greet();
      case 'probe':
        return this.#probe();
      case 'refresh':
        return void this.#refresh();
      case 'close':
        return this.#close();
      case 'drop_token':
        return this.#options.tokens.drop();
    }
  }

  async #fetchToken(reason: AuthReason): Promise<void> {
    const { tokens, environment } = this.#options;
    const asked = this.#machine.since;
    const result = await tokens.get(reason, environment.now());
    if (this.#machine.step !== 'token' || this.#machine.since !== asked) return;
    if ('error' in result) {
      this.#feed({ type: 'no_token', error: result.error, final: result.final });
      return;
    }
    this.#token = result.token;
    this.#feed({ type: 'token' });
  }

  #dial(): void {
    let channel: Channel | undefined;
    const mine = () => channel !== undefined && this.#channel === channel;
    try {
      channel = this.#options.transport(this.#options.url(), {
        opened: () => mine() && this.#feed({ type: 'opened' }),
        received: (data) => mine() && this.#received(data),
        closed: (code, reason) => {
          if (!mine()) return;
          this.#drop();
          this.#feed({ type: 'closed', ...readClose(code, reason) });
        },
      });
      this.#channel = channel;
    } catch (cause) {
      const error = new ChatError('disconnected', 'the connection could not be opened', { cause });
      queueMicrotask(() => this.#feed({ type: 'closed', error, final: 'no' }));
    }
  }

  #greet(): void {
    const token = this.#token;
    const ref = this.#requests.add({
      ok: (answer) => {
        if (answer.type === 'authenticated') this.#welcome(token, answer);
      },
      error: (error) => this.#refuse(error),
    });
    const { device } = this.#options;
    this.#write({ type: 'authenticate', token, ref, device });
  }

  #refuse(error: ChatError): void {
    if (error.code === 'disconnected' || error.code === 'closed') return;
    if (this.#machine.step === 'live') return this.#events.error(error);
    if (error.retryable) this.#feed({ type: 'closed', error, final: 'no' });
    else this.#feed({ type: 'refused', error });
  }

  #welcome(token: string, answer: Extract<Answer, { type: 'authenticated' }>): void {
    const first = this.#machine.step !== 'live';
    const expiresAt = Date.parse(answer.expires_at);
    this.#options.tokens.accepted(token, expiresAt);
    this.#feed({ type: 'welcome', pingIntervalMs: answer.ping_interval_ms, expiresAt });
    if (first) this.#events.connected(answer.user);
  }

  async #refresh(): Promise<void> {
    const { tokens, environment } = this.#options;
    if (!tokens.renewable) return;
    const result = await tokens.get('expiring', environment.now());
    if ('error' in result) {
      this.#events.error(result.error);
      return;
    }
    this.#token = result.token;
    if (this.live) this.#greet();
  }

  #probe(): void {
    const { environment } = this.#options;
    const sent = environment.now();
    const answered = () => {
      this.#rttMs = environment.now() - sent;
      this.#feed({ type: 'tick', heardAt: this.#heardAt });
    };
    this.request<'list_rooms'>({ type: 'list_rooms', limit: 1 }, answered, () => undefined);
  }

  #received(data: string): void {
    this.#heardAt = this.#options.environment.now();
    const broken = () => this.#events.error(new ChatError('protocol', 'the server sent no object'));
    for (const frame of readFrame(data, broken)) this.#handle(frame);
    this.#events.handled();
  }

  #handle(frame: ServerFrame): void {
    switch (frame.type) {
      case 'ping':
        if (this.live) this.#write({ type: 'pong' });
        return;
      case 'bye':
        return this.#feed({ type: 'bye', afterMs: frame.after_ms });
      case 'token_expiring':
        return this.#feed({ type: 'refresh' });
      case 'authenticated':
      case 'joined':
      case 'ok':
        return void this.#requests.settle(frame);
      case 'error':
        if (!this.#requests.settle(frame)) this.#events.error(new ChatError(frame.code, frame.message));
        return;
      default:
        this.#events.frame(frame);
    }
  }

  #close(): void {
    const channel = this.#channel;
    const usual = this.#machine.state === 'idle' || this.#machine.state === 'offline';
    this.#drop();
    channel?.close(usual ? CLOSE_NORMAL : CLOSE_GIVING_UP, '');
  }

  #drop(): void {
    this.#channel = undefined;
    this.#requests.dropAll(new ChatError('disconnected', 'the connection ended'));
  }

  #write(frame: object): void {
    this.#channel?.send(JSON.stringify(frame));
  }

  #arm(): void {
    this.#timer.clear();
    const due = nextTick(this.#machine);
    if (due === undefined) return;
    // Timers of 2^31 ms and more fire at once; a token may live longer.
    const delay = Math.min(due - this.#options.environment.now(), 2 ** 31 - 1);
    this.#timer.set(delay, () => this.#feed({ type: 'tick', heardAt: this.#heardAt }));
  }

  #report(): void {
    const { state, since, attempt, step: doing, deadline, error } = this.#machine;
    const retryAt = doing === 'wait' ? deadline : undefined;
    const was = this.#status;
    const rttMs = this.#rttMs;
    const same =
      was.state === state &&
      was.attempt === attempt &&
      was.retryAt === retryAt &&
      was.error === error &&
      was.rttMs === rttMs;
    if (same) return;
    this.#status = { state, since, attempt, retryAt, error, rttMs };
    this.#events.status(this.#status);
  }
}
