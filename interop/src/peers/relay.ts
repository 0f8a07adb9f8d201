// A bot of our own SDK as a process of its own (`peers/relay.mjs`): it can be killed, and its connection cut.
import { join } from 'node:path';
import { Program, type Start } from '../program.ts';

const SCRIPT = join(import.meta.dirname, '../../peers/relay.mjs');

/** The process; another one after each kill. */
export class Relay implements AsyncDisposable {
  readonly #how: Start;
  #program: Program | undefined;

  private constructor(how: Start) {
    this.#how = how;
  }

  /** Starts it; it connects by itself, and again whenever it has to. */
  static async start(url: string, token: string): Promise<Relay> {
    const relay = new Relay({
      name: 'relay',
      command: process.execPath,
      args: [SCRIPT],
      env: { RELAY_URL: url, RELAY_TOKEN: token },
      ready: (output) => output.includes('at work'),
      advice: 'npm run build makes the SDK',
    });
    await relay.restart();
    return relay;
  }

  /** Kills it in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#program?.kill();
  }

  /** Starts it, or starts it again; it knows nothing of what it was at. */
  async restart(): Promise<void> {
    await this.kill();
    this.#program = await Program.start(this.#how);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.[Symbol.asyncDispose]();
  }
}
