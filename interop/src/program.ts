// A program of others as a process: started with a bound on its patience, its words kept, its whole group ended.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { witness } from './witness.ts';

/** How a program is started, and how one sees that it is ready. */
export interface Start {
  /** What it is called in reports. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What differs from our environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Looks at what it has printed: one that listens is known by its own words, because at its address another may answer. */
  readonly ready: (output: string) => boolean;
  /** How long that may take; without it, as long as the slowest peer needs. */
  readonly patienceMs?: number;
  /** How it is got where it is missing. */
  readonly advice: string;
}

/** The slowest peer, a Python that compiles its libraries for the first time, on a busy machine. */
const START_MS = 45_000;
const LOOK_EVERY_MS = 50;
/** After a SIGTERM; whatever of the group is left then is killed. */
const STOP_MS = 3_000;
/** How much of what it says is kept: enough for the end of any failure. */
const KEPT_CHARACTERS = 256 * 1024;

/** Groups that run now: none outlives the tests, however these end. */
const groups = new Set<number>();
process.on('exit', () => {
  for (const group of groups) signal(group, 'SIGKILL');
});

/** A program that runs until it is disposed of. */
export class Program implements AsyncDisposable {
  /** What it printed, on either channel, newest last. */
  output = '';
  readonly #process: ChildProcess;
  readonly #name: string;
  #trouble: Error | undefined;

  private constructor({ name, command, args, env, cwd }: Start) {
    this.#name = name;
    // A group of its own, so that what it starts ends with it.
    this.#process = spawn(command, args, {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    if (this.#process.pid !== undefined) groups.add(this.#process.pid);
    this.#process.once('error', (error) => (this.#trouble = error));
    for (const channel of [this.#process.stdout, this.#process.stderr]) {
      channel?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-KEPT_CHARACTERS);
      });
    }
    witness(
      name,
      () => this.output,
      () => this.over(),
    );
  }

  /** Starts it and waits until it is ready; one that cannot start or is not ready in time is an error with what it said. */
  static async start(how: Start): Promise<Program> {
    const program = new Program(how);
    try {
      await program.#untilReady(how);
      return program;
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Whether its process has ended, or never was. */
  over(): boolean {
    return (
      this.#process.pid === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null
    );
  }

  /** Kills it at once, and all that it started. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #untilReady({ ready, advice, patienceMs = START_MS }: Start): Promise<void> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      if (ready(this.output) && !this.over()) return;
      const failure = this.#trouble
        ? `could not start: ${this.#trouble.message}`
        : this.over()
          ? 'ended while starting'
          : Date.now() > deadline && `was not ready within ${patienceMs} ms`;
      if (failure) throw new Error(`${this.#name} ${failure} (${advice})\n${this.output}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #end(first: NodeJS.Signals): Promise<void> {
    const { pid } = this.#process;
    if (pid === undefined) return;
    if (!this.over()) {
      const ended = once(this.#process, 'exit');
      signal(pid, first);
      const patience = new AbortController();
      const late = sleep(STOP_MS, undefined, { signal: patience.signal }).catch(() => undefined);
      await Promise.race([ended, late]);
      patience.abort();
      if (!this.over()) {
        signal(pid, 'SIGKILL');
        await ended;
      }
    }
    // The leader is gone; what it left behind goes too.
    signal(pid, 'SIGKILL');
    groups.delete(pid);
  }
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // Nobody of the group is left.
  }
}
