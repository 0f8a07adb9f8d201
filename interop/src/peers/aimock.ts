// aimock: a model behind an OpenAI-compatible endpoint that says what a test has written down.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@antiphon/e2e/port';
import { Program, type Start } from '../program.ts';
import { script } from './scripts.ts';

/** The first fixture that matches a question answers it; aimock's own documentation has all keys. */
export interface Fixture {
  readonly match: Readonly<Record<string, unknown>>;
  readonly response: Readonly<Record<string, unknown>>;
  /** Letters of a piece; without it, that of the endpoint. */
  readonly chunkSize?: number;
  /** Milliseconds between two pieces; without it, those of the endpoint. */
  readonly latency?: number;
  /** Breaks off after so many pieces. */
  readonly truncateAfterChunks?: number;
  readonly [key: string]: unknown;
}

/** How the endpoint speaks. */
export interface Manner {
  readonly latencyMs?: number;
  readonly chunkSize?: number;
}

/** A request that it was sent. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly model: string;
    readonly stream: boolean;
    readonly messages: readonly {
      readonly role: string;
      readonly content: unknown;
      readonly [key: string]: unknown;
    }[];
    readonly tools?: readonly { readonly function: { readonly name: string } }[];
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

/** The key that it asks for; anyone with another is refused. */
export const AIMOCK_KEY = 'sk-interop';

/** More requests than any test makes. */
const JOURNAL_MOST = 5_000;

/** A running endpoint; killed and started again it is at the same address, and has forgotten what it was asked. */
export class Aimock implements AsyncDisposable {
  /** The address without a path. */
  readonly url: string;
  readonly #folder: string;
  readonly #how: Start;
  #program: Program | undefined;

  private constructor(url: string, folder: string, how: Start) {
    this.url = url;
    this.#folder = folder;
    this.#how = how;
  }

  /** Starts it with these answers. */
  static async start(fixtures: readonly Fixture[], manner: Manner = {}): Promise<Aimock> {
    const folder = await mkdtemp(join(tmpdir(), 'antiphon-aimock-'));
    await writeFile(join(folder, 'fixtures.json'), JSON.stringify({ fixtures }));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const aimock = new Aimock(url, folder, {
      name: 'aimock',
      command: process.execPath,
      args: [
        script('@copilotkit/aimock', 'dist/cli.js'),
        ...['--host', '127.0.0.1', '--port', `${port}`, '--fixtures', folder, '--log-level', 'info'],
        ...['--latency', `${manner.latencyMs ?? 0}`, '--chunk-size', `${manner.chunkSize ?? 20}`],
        ...['--journal-max', `${JOURNAL_MOST}`],
      ],
      env: { AIMOCK_API_KEYS: AIMOCK_KEY },
      ready: (output) => output.includes(`listening on ${url}`),
      advice: 'npm ci',
    });
    await aimock.restart();
    return aimock;
  }

  /** What a bot is given as `base_url`. */
  get base(): string {
    return `${this.url}/v1`;
  }

  /** Every request that it was sent, oldest first. */
  async journal(): Promise<readonly Asked[]> {
    return (await (await journal(this.url)).json()) as readonly Asked[];
  }

  /** Kills it, as a crash would. */
  async kill(): Promise<void> {
    await this.#program?.kill();
  }

  /** Starts it, or starts it again, at the same address. */
  async restart(): Promise<void> {
    await this.kill();
    this.#program = await Program.start(this.#how);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function journal(url: string): Promise<Response> {
  return fetch(`${url}/__aimock/journal`, { headers: { authorization: `Bearer ${AIMOCK_KEY}` } });
}
