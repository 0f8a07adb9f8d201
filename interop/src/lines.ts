// JSON-RPC over the stdio of a process, a line for each message: enough to see what a peer does by itself.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { CommandLine } from './peers/everything.ts';

/** A message of JSON-RPC, as far as tests look at it. */
export interface Said {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
}

/** A peer that was started, until it is disposed of. */
export class OnStdio implements AsyncDisposable {
  readonly #peer: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string, undefined>;
  readonly #command: string;

  constructor({ command, args }: CommandLine) {
    this.#command = args.join(' ');
    this.#peer = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#lines = createInterface(this.#peer.stdout)[Symbol.asyncIterator]() as AsyncIterator<
      string,
      undefined
    >;
  }

  /** A request if it has an id, and else a notification. */
  tell(method: string, params: object, id?: number): void {
    const said = { jsonrpc: '2.0', ...(id === undefined ? {} : { id }), method, params };
    this.#peer.stdin.write(`${JSON.stringify(said)}\n`);
  }

  /** The next message that is meant; those before it are passed over. */
  async hear(is: (said: Said) => boolean): Promise<Said> {
    for (;;) {
      const { value: line } = await this.#lines.next();
      if (line === undefined) throw new Error(`${this.#command} ended without a word`);
      const said = JSON.parse(line) as Said;
      if (is(said)) return said;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#peer.exitCode !== null || this.#peer.signalCode !== null) return;
    const ended = once(this.#peer, 'exit');
    this.#peer.kill('SIGKILL');
    await ended;
  }
}

/** Starts the program, sends one request, and answers with what it answered; then the program is ended. */
export async function askOnStdio(
  commandLine: CommandLine,
  method: string,
  params: object,
): Promise<Readonly<Record<string, unknown>>> {
  await using peer = new OnStdio(commandLine);
  peer.tell(method, params, 1);
  return (await peer.hear(({ id, result }) => id === 1 && result !== undefined)).result ?? {};
}
