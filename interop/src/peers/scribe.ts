// An agent process that the server starts and looks after (`peers/scribe.mjs`): it can be killed, and is up again by itself.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandLine } from './everything.ts';

const SCRIPT = join(import.meta.dirname, '../../peers/scribe.mjs');

/** Where the process says who it is, whichever the server has started last. */
export class Scribe implements AsyncDisposable {
  readonly commandLine: CommandLine;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.commandLine = { command: process.execPath, args: [SCRIPT, this.#file] };
  }

  static async prepare(): Promise<Scribe> {
    return new Scribe(await mkdtemp(join(tmpdir(), 'antiphon-scribe-')));
  }

  /** Kills it in the middle of whatever it does; answers whether it was there. */
  async kill(): Promise<boolean> {
    try {
      const pid = Number(await readFile(this.#file, 'utf8'));
      // Once: whoever gets its number later is somebody else.
      await rm(this.#file);
      return process.kill(pid, 'SIGKILL');
    } catch {
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #file(): string {
    return join(this.#folder, 'pid');
  }
}
