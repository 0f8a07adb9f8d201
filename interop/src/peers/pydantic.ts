// Agents of Pydantic AI that speak AG-UI, one per path; `peers/pydantic/app.py` says what each of them does.
import { join } from 'node:path';
import type { Program } from '../program.ts';
import { read, uvicorn } from './uvicorn.ts';

/** The agents, by their paths. */
export type Agent = 'plain' | 'weather' | 'deploy' | 'broken' | 'patient';

/** What is asked of the server's Python: a line for each package, `name==version`. */
export const REQUIREMENTS = join(import.meta.dirname, '../../requirements.txt');

/** A request as AG-UI has it (`RunAgentInput`), as far as tests look at it. */
export interface RunInput {
  readonly threadId: string;
  readonly runId: string;
  readonly messages: readonly {
    readonly id: string;
    readonly role: string;
    readonly [key: string]: unknown;
  }[];
  readonly resume?: readonly {
    readonly interruptId: string;
    readonly status: string;
    readonly payload?: unknown;
  }[];
  readonly [key: string]: unknown;
}

/** What became of the calls of the patient agent's tool. */
export interface Calls {
  readonly started: number;
  readonly cancelled: number;
  readonly finished: number;
}

/** A server with all agents. Starting it takes seconds: have one for a file of tests, and a thread for each test. */
export class Pydantic implements AsyncDisposable {
  readonly #origin: string;
  readonly #program: Program;

  private constructor(origin: string, program: Program) {
    this.#origin = origin;
    this.#program = program;
  }

  static async start(): Promise<Pydantic> {
    const { origin, program } = await uvicorn('pydantic', '.venv');
    return new Pydantic(origin, program);
  }

  /** Where an agent takes its runs. */
  url(agent: Agent): string {
    return `${this.#origin}/${agent}`;
  }

  /** What agents were asked, oldest first; of one thread if it is named. */
  async journal(thread?: string): Promise<readonly RunInput[]> {
    const all = await read<readonly RunInput[]>(this.#origin, 'journal');
    return thread === undefined ? all : all.filter(({ threadId }) => threadId === thread);
  }

  /** The packages that the server's Python has, with their versions. */
  async versions(): Promise<Readonly<Record<string, string>>> {
    return read(this.#origin, 'versions');
  }

  /** What became of the calls of the patient agent's tool, since the server started. */
  async calls(): Promise<Calls> {
    return read(this.#origin, 'calls');
  }

  /** Kills it, as a crash would. */
  async kill(): Promise<void> {
    await this.#program.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}
