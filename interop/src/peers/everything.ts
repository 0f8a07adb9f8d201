// server-everything: the MCP server that shows every feature of the protocol, over stdio or over HTTP.
import { freePort } from '@antiphon/e2e/port';
import { Program } from '../program.ts';
import { script } from './scripts.ts';

/** A command line, for those who start the program themselves. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** The server on stdio: whoever speaks to it starts it. */
export function everythingOnStdio(): CommandLine {
  return { command: process.execPath, args: [program(), 'stdio'] };
}

/** The server over streamable HTTP. It listens on all addresses of the machine and takes no other. */
export class EverythingOverHttp implements AsyncDisposable {
  /** What a client is given. */
  readonly url: string;
  readonly #program: Program;

  private constructor(url: string, program: Program) {
    this.url = url;
    this.#program = program;
  }

  static async start(): Promise<EverythingOverHttp> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/mcp`;
    const running = await Program.start({
      name: 'server-everything',
      command: process.execPath,
      args: [program(), 'streamableHttp'],
      env: { PORT: `${port}` },
      ready: (output) => output.includes(`listening on port ${port}`),
      advice: 'npm ci',
    });
    return new EverythingOverHttp(url, running);
  }

  /** What it printed: one line for each session and each request. */
  get output(): string {
    return this.#program.output;
  }

  /** Kills it, as a crash would. */
  async kill(): Promise<void> {
    await this.#program.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}

function program(): string {
  return script('@modelcontextprotocol/server-everything', 'dist/index.js');
}
