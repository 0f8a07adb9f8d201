// An example of `examples/` as its README starts it, on ports of its own and with data that go with it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@antiphon/e2e/port';
import { Program } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');
const BUILT = join(ROOT, 'target/debug/antiphon');
/** The first time packages of Python are fetched and compiled. */
const PATIENCE_MS = 480_000;

/** The server and what belongs to it, until it is disposed of. */
export class Example implements AsyncDisposable {
  readonly url: string;
  /** Where its data are. */
  readonly data: string;
  readonly #program: Program;

  private constructor(url: string, data: string, program: Program) {
    [this.url, this.data, this.#program] = [url, data, program];
  }

  /** Starts `make example-NAME`, and waits until the server says where it is. */
  static async start(name: string): Promise<Example> {
    const data = await mkdtemp(join(tmpdir(), `antiphon-${name}-`));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    try {
      const program = await Program.start({
        name,
        command: 'make',
        args: ['--silent', '--directory', ROOT, `example-${name}`],
        env: {
          ANTIPHON_BIN: process.env['ANTIPHON_BIN'] ?? BUILT,
          ANTIPHON_CONFIG: await settings(name, data),
          ANTIPHON_DATA: data,
          ANTIPHON_PORT: String(port),
          // Its script speaks, whoever runs the tests.
          OPENAI_API_KEY: '',
        },
        ready: (output) => output.includes(url),
        patienceMs: PATIENCE_MS,
        advice: 'cargo build',
      });
      return new Example(url, data, program);
    } catch (error) {
      await rm(data, { recursive: true, force: true });
      throw error;
    }
  }

  /** What it printed, and all that it started. */
  get output(): string {
    return this.#program.output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
    await rm(this.data, { recursive: true, force: true });
  }
}

/** The example's own settings; where they name a port of this machine, with one that is free. */
async function settings(name: string, folder: string): Promise<string> {
  const text = await readFile(join(ROOT, 'examples', name, 'antiphon.toml'), 'utf8');
  const file = join(folder, 'antiphon.toml');
  await writeFile(file, text.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${await freePort()}`));
  return file;
}
