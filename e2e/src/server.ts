// The real binary on a free port and a data directory of its own: started, killed, started again on what is left.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './port.ts';

/** How the server differs from one that a newcomer starts. */
export interface Options {
  /** A data directory that outlives the server; without one, it gets its own, and takes it along. */
  readonly data?: string;
  /** What its `antiphon.toml` says; without it, there is none. */
  readonly settings?: string;
  /** Arguments after those that say where. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A debug binary opens its store and prints its address well within this, on a busy machine too. */
const START_MS = 30_000;
/** After a SIGTERM it drains its connections; what takes longer is killed. */
const STOP_MS = 15_000;
/** How much of what it says is kept: enough for the end of any failure. */
const KEPT_CHARACTERS = 256 * 1024;

const BUILT = join(import.meta.dirname, '../../target/debug/antiphon');

/** Servers that run now: none outlives the tests, however these end. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const server of alive) server.kill('SIGKILL');
});

/** One server process at a time; its port and its data stay the same when it is started again. */
export class Server implements AsyncDisposable {
  readonly data: string;
  readonly port: number;
  /** What it printed, on either channel, newest last. */
  output = '';
  #options: Options;
  #process: ChildProcess | undefined;

  private constructor(data: string, port: number, options: Options) {
    this.data = data;
    this.port = port;
    this.#options = options;
  }

  /** Starts a server and waits until it says where it is. */
  static async start(options: Options = {}): Promise<Server> {
    const data = options.data ?? (await mkdtemp(join(tmpdir(), 'antiphon-')));
    const server = new Server(data, await freePort(), options);
    try {
      await server.restart();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Where it listens, without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Whether its process is there. */
  get running(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  /**
   * Starts it, or starts it again, on the same port and data; with other settings if some are given, and with arguments of this
   * one start.
   */
  async restart(settings = this.#options.settings, once: readonly string[] = []): Promise<void> {
    if (settings !== undefined) this.#options = { ...this.#options, settings };
    await this.kill();
    const binary = process.env['ANTIPHON_BIN'] ?? BUILT;
    const where = ['--listen', `127.0.0.1:${this.port}`, '--data', this.data];
    const lasting = [...(await this.#settings()), ...(this.#options.args ?? [])];
    const started = spawn(binary, [...where, ...lasting, ...once], {
      env: { ...surroundings(), ...this.#options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = started;
    alive.add(started);
    started.once('exit', () => alive.delete(started));
    await this.#ready(started);
  }

  /** Kills it at once (`kill -9`): nothing is drained, nothing is flushed. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to end and waits; its answer is its exit code. */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** Freezes it, as a machine that swaps or sleeps; `thaw` lets it go on. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Ends it, and removes its data unless they were brought along. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw();
    await this.stop();
    if (this.#options.data === undefined) await rm(this.data, { recursive: true, force: true });
  }

  /** Writes the settings next to the data, and answers with the arguments that name them. */
  async #settings(): Promise<readonly string[]> {
    const { settings } = this.#options;
    if (settings === undefined) return [];
    const file = join(this.data, 'antiphon.toml');
    await writeFile(file, settings);
    return ['--config', file];
  }

  /** Waits for the printed address; a process that ends before it or cannot start is an error with what it said. */
  async #ready(started: ChildProcess): Promise<void> {
    const { promise, resolve, reject } = settle();
    const fail = (what: string): void => {
      reject(new Error(`${what}\n${this.output}`));
    };
    const advice = 'is it built? `cargo build`, or set ANTIPHON_BIN';
    started.once('error', (error) => fail(`the server could not start: ${error.message} (${advice})`));
    started.once('exit', (code, signal) =>
      fail(`the server ended with ${String(code ?? signal)} while starting`),
    );
    const deadline = setTimeout(() => fail(`no address printed within ${START_MS} ms`), START_MS);
    // What earlier lives said, and that it is bounded, is nothing to this one.
    let said = '';
    for (const channel of [started.stdout, started.stderr]) {
      channel?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-KEPT_CHARACTERS);
        said = (said + text).slice(-KEPT_CHARACTERS);
        if (said.includes(this.url)) resolve();
      });
    }
    try {
      await promise;
    } finally {
      clearTimeout(deadline);
    }
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const ending = this.#process;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return ending?.exitCode ?? null;
    const ended = once(ending, 'exit');
    ending.kill(signal);
    const patience = new AbortController();
    const late = sleep(STOP_MS, 'late', { signal: patience.signal }).catch(() => 'ended');
    if ((await Promise.race([ended, late])) === 'late') {
      ending.kill('SIGKILL');
      await ended;
    }
    patience.abort();
    return ending.exitCode;
  }
}

/** Our environment without settings of a server: those come from the test alone. */
function surroundings(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ANTIPHON_')));
}

/** A promise and its two ends. */
function settle(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
