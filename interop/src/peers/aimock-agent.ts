// aimock as an agent that speaks AG-UI: it sends the events that a test has written down.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@antiphon/e2e/port';
import { Program } from '../program.ts';
import { script } from './scripts.ts';

/** What is answered to messages that hold these words; a piece is sent after each delay. */
export interface Scene {
  readonly match: { readonly message: string };
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly delayMs?: number;
}

/** A running agent. */
export class AimockAgent implements AsyncDisposable {
  /** Where it takes its runs. */
  readonly url: string;
  readonly #program: Program;
  readonly #folder: string;

  private constructor(url: string, program: Program, folder: string) {
    this.url = url;
    this.#program = program;
    this.#folder = folder;
  }

  /** Starts it with these answers; the first that matches is given. */
  static async start(fixtures: readonly Scene[]): Promise<AimockAgent> {
    const folder = await mkdtemp(join(tmpdir(), 'antiphon-aimock-'));
    const config = join(folder, 'aimock.json');
    await writeFile(config, JSON.stringify({ agui: { path: '/agui', fixtures } }));
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const program = await Program.start({
      name: 'aimock-agent',
      command: process.execPath,
      args: [
        script('@copilotkit/aimock', 'dist/aimock-cli.js'),
        ...['--config', config, '--host', '127.0.0.1', '--port', `${port}`],
      ],
      ready: (output) => output.includes(`listening on ${origin}`),
      advice: 'npm ci',
    });
    return new AimockAgent(`${origin}/agui`, program, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
