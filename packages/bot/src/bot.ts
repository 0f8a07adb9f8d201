/** A bot: serves its runs over one connection, and keeps them through every cut. */
import { Desk } from './desk.ts';
import { pause, REAL, type Environment } from './environment.ts';
import { BotError } from './errors.ts';
import { Gate } from './gate.ts';
import type { HeldRun, RunOffer } from './generated/protocol.ts';
import { Link } from './link.ts';
import { RunAtWork, type Handler } from './run.ts';
import { socketUrl, type WebSocketClass } from './socket.ts';
import type { Event } from './words.ts';

/** A heartbeat goes out so often while the bot may be silent once: two may be lost. */
const HEARTBEATS_PER_LEASE = 3;
/** Until the server says otherwise. */
const LEASE_MS = 30_000;
/** How long `close` lets runs go on by themselves. */
const DRAIN_MS = 10_000;

/** How a bot connects. */
export interface BotOptions {
  /** Where the server is: `http://127.0.0.1:8080`. */
  url: string;
  /** The bot's token, or where to get it. */
  token: string | (() => string | Promise<string>);
  /** How many runs at a time; what the bot's registration allows (8, where it says nothing) if left out, and never more. */
  concurrency?: number;
  /** Takes messages into the work under way: read them from `run.steered`. */
  steer?: boolean;
  /** A WebSocket class for runtimes that have none; the package `ws` is found by itself. */
  WebSocket?: WebSocketClass;
  /** Told what a handler threw. The run has failed with its message. */
  onError?: (error: unknown, runId: string) => void;
  /** Time and chance, for tests. */
  environment?: Environment;
}

/** How a bot is. */
export type BotState = 'connecting' | 'serving' | 'closed';

/** Connects a bot and serves its runs from then on. */
export function connectBot(options: BotOptions): Bot {
  return new Bot(options);
}

/** A bot that is connected, or on its way. */
export class Bot {
  /** Returns once the bot was closed; rejected when the server refuses it for good. */
  readonly closed: Promise<void>;
  readonly #options: BotOptions;
  readonly #environment: Environment;
  readonly #link: Link;
  readonly #gate = new Gate();
  readonly #runs = new Map<string, { run: RunAtWork; work: Promise<void> }>();
  #handler: Handler | undefined;
  /** Offered before there was a handler. */
  #early: RunOffer[] = [];

  #leaseMs = LEASE_MS;
  #concurrency: number | undefined;
  #state: BotState = 'connecting';
  #draining = false;
  #stopBeating: () => void = () => undefined;

  constructor(options: BotOptions) {
    this.#options = options;
    this.#environment = options.environment ?? REAL;
    this.#link = new Link({
      url: socketUrl(options.url),
      token: options.token,
      WebSocket: options.WebSocket,
      environment: this.#environment,
      greet: () => this.#serve(),
      hear: (event) => this.#hear(event),
      ready: (ready) => this.#ready(ready),
    });
    this.closed = this.#link.run().finally(() => this.#end());
  }

  get state(): BotState {
    return this.#state;
  }

  /** How many runs at a time the server gives at most: what was asked for, within the bot's registration. Known once it serves. */
  get concurrency(): number | undefined {
    return this.#concurrency;
  }

  /** What to do with a run. Returning completes it, throwing fails it with the error's message. */
  onRun(handler: Handler): this {
    this.#handler = handler;
    for (const offer of this.#early.splice(0)) this.#begin(offer);
    return this;
  }

  /** Takes no more runs, lets those at work come to their end, hands back what takes longer, and disconnects. */
  async close({ drainMs = DRAIN_MS }: { drainMs?: number } = {}): Promise<void> {
    this.#draining = true;
    if (this.#gate.open) await this.#serve().catch(() => undefined);
    const idle = Promise.all([...this.#runs.values()].map(({ work }) => work));
    await Promise.race([idle, pause(this.#environment, drainMs)]);
    for (const { run } of this.#runs.values()) run.leave();
    if (this.#gate.open)
      await Promise.race([idle, pause(this.#environment, this.#leaseMs / HEARTBEATS_PER_LEASE)]);
    this.#link.close();
    await this.closed.catch(() => undefined);
  }

  /** First thing on every connection: says what is held, and hears what goes on. */
  async #serve(): Promise<void> {
    const { concurrency, steer = false } = this.#options;
    const wanted = this.#draining ? 0 : concurrency;
    const holding = this.#held();
    const {
      lease_ms,
      concurrency: granted,
      lost,
    } = await this.#link.ask('serve_runs', {
      ...(wanted === undefined ? {} : { concurrency: wanted }),
      steer,
      holding,
    });
    [this.#leaseMs, this.#concurrency] = [lease_ms, granted];
    this.#lose(lost, holding);
  }

  /** Of these runs some are not this bot's any more; another attempt may have come to it meanwhile. */
  #lose(lost: readonly string[], of: readonly HeldRun[]): void {
    for (const { run, attempt } of of)
      if (lost.includes(run) && this.#runs.get(run)?.run.attempt === attempt)
        this.#letGo(run, 'the run was taken from this bot');
  }

  #held(): HeldRun[] {
    return [...this.#runs.values()].map(({ run }) => ({ run: run.id, attempt: run.attempt }));
  }

  #ready(ready: boolean): void {
    this.#state = ready ? 'serving' : 'connecting';
    this.#gate.set(ready);
    this.#stopBeating();
    if (!ready) return;
    this.#beat();
    for (const { run } of this.#runs.values()) run.reconnected();
  }

  #beat(): void {
    this.#stopBeating = this.#environment.later(this.#leaseMs / HEARTBEATS_PER_LEASE, () => {
      this.#sayAlive(this.#held());
      this.#beat();
    });
  }

  #sayAlive(runs: HeldRun[]): void {
    if (runs.length === 0) return;
    this.#link.ask('run_heartbeat', { runs }).then(
      ({ lost }) => this.#lose(lost, runs),
      // The connection has ended; what is held is said on the next.
      () => undefined,
    );
  }

  #hear(event: Event): void {
    if (event.type === 'run') this.#begin(event);
    else if ('run' in event) this.#hearOf(event);
  }

  #hearOf(event: Extract<Event, { run: string }>): void {
    const run = this.#runs.get(event.run)?.run;
    if (run === undefined || ('attempt' in event && event.attempt !== run.attempt)) return;
    switch (event.type) {
      case 'cancel_run':
        return run.cancel(event);
      case 'cancel_tool':
        return run.cancelTool(event);
      case 'steer':
        return run.steered.add(event.message);
      case 'decided':
        return run.decided(event);
      case 'run_over':
        return this.#letGo(event.run, `the run has ended: ${event.state}`);
    }
  }

  #begin(offer: RunOffer): void {
    const handler = this.#handler;
    if (handler === undefined) {
      this.#early.push(offer);
      return;
    }
    const { run: id, attempt = 1 } = offer.run;
    const held = this.#runs.get(id)?.run;
    // Offered again after a cut.
    if (held?.attempt === attempt) return;
    this.#letGo(id, 'another attempt of the run has begun');
    const desk = new Desk({ run: id, attempt }, this.#link, this.#gate, this.#environment);
    const run = new RunAtWork(offer, desk);
    const work = run.work(handler).then((thrown) => {
      if (this.#runs.get(id)?.run === run) this.#runs.delete(id);
      if (thrown !== undefined) this.#options.onError?.(thrown, id);
    });
    this.#runs.set(id, { run, work });
    // From now on a cut does not offer it again.
    this.#sayAlive([{ run: id, attempt }]);
  }

  #letGo(id: string, why: string): void {
    const held = this.#runs.get(id);
    this.#runs.delete(id);
    held?.run.end(why);
  }

  #end(): void {
    this.#state = 'closed';
    this.#gate.set(false);
    this.#stopBeating();
    for (const id of [...this.#runs.keys()]) this.#letGo(id, 'the bot was closed');
  }
}

export { BotError };
