/** Carries out what the machine decides: asks for tokens, opens and closes channels, keeps the one timer. */
import { type Environment, ignore, Timer } from '../environment.ts';
import { ChatError, fromWire, toChatError } from '../errors.ts';
import type { ConnectionStatus } from '../model/connection.ts';
import type { Answer, Replies, Request, RequestOf, ServerFrame } from '../wire/frames.ts';
import type { Wire } from '../wire/words.ts';
import type { ChatClientOptions } from '../options.ts';
import { BACKOFF } from './backoff.ts';
import { BROKEN_OFF, CLOSE_BROKEN, CLOSE_NORMAL, readClose } from './close.ts';
import { type Happening, type Machine, nextTick, START, step } from './machine.ts';
import { type Patience, Requests } from './requests.ts';
import type { AuthReason, Tokens } from './token.ts';
import type { Channel, ChannelEvents, Dial, TransportName } from './transport.ts';
import { watchPage } from './wake.ts';

/** Whatever comes without having been asked for. */
export type Unasked = Exclude<ServerFrame, Answer | { type: 'ping' | 'bye' | 'token_expiring' }>;

/** What a connection needs, and whom it tells what. */
export interface ConnectionHost extends Environment {
  readonly options: Pick<ChatClientOptions, 'reconnect' | 'transports' | 'device' | 'logger'>;
  readonly tokens: Tokens;
  readonly dial: Dial;
  /** The address of the server. */
  server(): string;
  /** The status is another one. */
  moved(): void;
  /** A connection is ready. */
  connected(user: Wire.User): void;
  /** The connection that was ready is gone. */
  lost(): void;
  frame(frame: Unasked): void;
  /** All objects of one frame were handled. */
  handled(): void;
  error(error: ChatError): void;
}

/** What to connect by, unless the application chose: the best one first. */
const TRANSPORTS: readonly TransportName[] = ['websocket', 'sse'];
/** Timers of 2^31 ms and more fire at once; a token may live longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** One connection that comes back by itself. */
export class Connection {
  readonly #host: ConnectionHost;
  readonly #requests: Requests;
  readonly #ways: readonly TransportName[];
  readonly #timer = new Timer();
  #machine: Machine = START;
  #channel: Channel | undefined;
  #transport: TransportName | undefined;
  #token = '';
  #heardAt = 0;
  #rttMs: number | undefined;
  /** The code of the server's farewell, for lines that end without one of their own. */
  #farewell: number | undefined;
  #unwatch: (() => void) | undefined;
  status: ConnectionStatus = { state: 'idle', since: 0, attempt: 0 };

  constructor(host: ConnectionHost) {
    this.#host = host;
    this.#ways = host.options.transports ?? TRANSPORTS;
    this.#requests = new Requests((frame) => this.#channel?.send(frame));
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
    this.#host.tokens.forget();
  }

  /** Sends a request; `done` or `failed` is called when its answer is read, in the order of the wire. */
  request<T extends Request['type']>(
    request: RequestOf<T>,
    done: (reply: Replies[T]) => void = ignore,
    failed: (error: ChatError) => void = ignore,
    patience: Patience = 'now',
  ): void {
    const { state } = this.#machine;
    const hope = patience !== 'now' && state !== 'idle' && state !== 'failed';
    if (this.live || hope) this.#ask(request, done, failed, patience);
    else failed(new ChatError('disconnected', 'no connection'));
  }

  /** Sends a request as soon as there is a connection, and gives its answer. */
  ask<T extends Request['type']>(request: RequestOf<T>, patience: Patience = 'once'): Promise<Replies[T]> {
    return new Promise((resolve, reject) => this.request<T>(request, resolve, reject, patience));
  }

  #ask(
    request: object,
    done: (reply: never) => void,
    error: (error: ChatError) => void,
    patience: Patience,
    now = this.live,
  ): void {
    // What answers a request is of the kind that belongs to it.
    this.#requests.add(request, { ok: done, error }, patience, now);
  }

  #feed(event: Happening): void {
    const host = this.#host;
    const { reconnect, logger } = host.options;
    const before = this.#machine;
    const backoff = { ...BACKOFF, ...reconnect };
    const moment = { now: host.now(), random: host.random(), backoff, ways: this.#ways.length };
    this.#machine = step(before, event, moment);
    logger?.(event.type, this.#machine);
    this.#follow(before, this.#machine);
    this.#arm();
    if (before.step === 'live' && !this.live) this.#host.lost();
    this.#report();
  }

  /** Does what a change of the machine asks for. */
  #follow(before: Machine, now: Machine): void {
    if (now.step !== 'dial' && now.step !== 'live') this.#close(now);
    if (before.step === 'token' && now.step !== 'dial') this.#host.tokens.drop();
    if (now.step === 'token' && before.step !== 'token') void this.#fetchToken(now);
    if (now.step === 'dial' && before.step === 'token') this.#dial(now.way);
    if (now.step !== 'live') return;
    if (now.probedAt !== undefined && before.probedAt === undefined) this.#probe();
    if (now.refreshAt === undefined && before.refreshAt !== undefined) void this.#refresh();
  }

  async #fetchToken({ rejected, deadline }: Machine): Promise<void> {
    const reason: AuthReason = rejected ? 'rejected' : 'connect';
    const result = await this.#host.tokens.get(reason, this.#host.now());
    if (this.#machine.step !== 'token' || this.#machine.deadline !== deadline) return;
    if ('token' in result) this.#token = result.token;
    this.#feed('token' in result ? { type: 'token' } : { type: 'failed', ...result });
  }

  #dial(way: number): void {
    const host = this.#host;
    let channel: Channel | undefined;
    const mine = () => channel !== undefined && this.#channel === channel;
    this.#farewell = undefined;
    const events: ChannelEvents = {
      opened: (by) => {
        if (!mine()) return;
        this.#transport = by;
        this.#greet();
      },
      received: (data) => mine() && this.#received(data),
      closed: (code, reason) => mine() && this.#closed(this.#farewell ?? code, reason),
    };
    try {
      const by = this.#ways[way] ?? 'websocket';
      this.#channel = channel = host.dial(by, host.server(), events, this.#token);
    } catch (cause) {
      queueMicrotask(() => this.#closed(BROKEN_OFF, String(cause)));
    }
  }

  #closed(code: number, reason: string): void {
    this.#channel = undefined;
    this.#feed({ type: 'failed', ...readClose(code, reason) });
  }

  #greet(): void {
    const { device } = this.#host.options;
    const refused = (error: ChatError) => {
      if (error.code === 'disconnected') return;
      if (this.live) this.#host.error(error);
      else this.#feed({ type: 'failed', error, final: error.retryable ? 'no' : 'token' });
    };
    this.#ask({ type: 'authenticate', token: this.#token, device }, ignore, refused, 'now', true);
  }

  #welcome(answer: Extract<Answer, { type: 'authenticated' }> & { token?: string }): void {
    const first = !this.live;
    const expiresAt = Date.parse(answer.expires_at);
    // Of several tabs that share a line, one gets a new token for all.
    this.#token = answer.token ?? this.#token;
    this.#requests.limit = answer.limits.frame_bytes;
    this.#host.tokens.accepted(this.#token, expiresAt);
    this.#feed({ type: 'welcome', pingIntervalMs: answer.ping_interval_ms, expiresAt });
    if (!first) return;
    this.#host.connected(answer.user);
    this.#requests.flush();
  }

  async #refresh(): Promise<void> {
    const { tokens } = this.#host;
    if (!tokens.renewable) return;
    const result = await tokens.get('expiring', this.#host.now());
    if ('error' in result) {
      this.#host.error(result.error);
      return;
    }
    this.#token = result.token;
    if (this.live) this.#greet();
  }

  #probe(): void {
    const sent = this.#host.now();
    const answered = () => {
      this.#rttMs = this.#host.now() - sent;
      this.#tick();
    };
    this.request<'list_rooms'>({ type: 'list_rooms', limit: 1 }, answered);
  }

  #received(data: string): void {
    this.#heardAt = this.#host.now();
    for (const line of data.split('\n')) {
      try {
        if (line) this.#handle(JSON.parse(line) as ServerFrame);
      } catch (cause) {
        this.#host.error(toChatError(cause, 'protocol', 'a bad frame'));
      }
    }
    this.#host.handled();
  }

  #handle(frame: ServerFrame): void {
    switch (frame.type) {
      case 'ping':
        return this.#channel?.send({ type: 'pong' });
      case 'bye':
        this.#farewell = frame.code;
        return this.#feed({ type: 'bye', afterMs: frame.after_ms });
      case 'token_expiring':
        return void this.#refresh();
      case 'authenticated':
        this.#requests.settle(frame);
        return this.#welcome(frame);
      case 'joined':
      case 'ok':
        return void this.#requests.settle(frame);
      case 'error':
        if (!this.#requests.settle(frame)) this.#host.error(fromWire(frame));
        return;
      default:
        this.#host.frame(frame);
    }
  }

  /** Lets go of the line, and of what was asked over it. */
  #close({ step: doing, state }: Machine): void {
    const channel = this.#channel;
    this.#channel = this.#transport = undefined;
    this.#requests.drop(state === 'idle' || state === 'failed');
    // To be tried again although it never closed by itself: nothing comes over it any more.
    channel?.close(doing === 'wait' ? CLOSE_BROKEN : CLOSE_NORMAL);
  }

  #tick(): void {
    this.#feed({ type: 'tick', heardAt: this.#heardAt });
  }

  #arm(): void {
    this.#timer.clear();
    const wait = nextTick(this.#machine) - this.#host.now();
    if (wait < Infinity) this.#timer.set(Math.min(wait, LONGEST_MS), () => this.#tick());
  }

  #report(): void {
    const { state, since, attempt, step: doing, deadline, error } = this.#machine;
    const retryAt = doing === 'wait' ? deadline : undefined;
    const was = this.status;
    const status = { state, since, attempt, retryAt, error, rttMs: this.#rttMs, transport: this.#transport };
    const words = Object.keys(status) as (keyof typeof status)[];
    if (words.every((word) => status[word] === was[word])) return;
    this.status = status;
    this.#host.moved();
  }
}
