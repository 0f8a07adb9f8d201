// Agents as they were written before AG-UI 1.0, one per path; `peers/ag-ui-0/app.py` says what each of them does.
import { join } from 'node:path';
import type { Program } from '../program.ts';
import type { RunInput } from './pydantic.ts';
import { read, uvicorn } from './uvicorn.ts';

/** The agents, by their paths. */
export type OldAgent = 'weather' | 'forgetful' | 'stopped' | 'broken';

/** What is asked of the server's Python: a line for each package, `name==version`. */
export const OLD_REQUIREMENTS = join(import.meta.dirname, '../../peers/ag-ui-0/requirements.txt');

/** A server with all of them. */
export class Forerunner implements AsyncDisposable {
  readonly #origin: string;
  readonly #program: Program;

  private constructor(origin: string, program: Program) {
    this.#origin = origin;
    this.#program = program;
  }

  static async start(): Promise<Forerunner> {
    const { origin, program } = await uvicorn('ag-ui-0', 'peers/ag-ui-0/.venv');
    return new Forerunner(origin, program);
  }

  /** Where an agent takes its runs. */
  url(agent: OldAgent): string {
    return `${this.#origin}/${agent}`;
  }

  /** What its agents were asked and took, oldest first; of threads whose names begin so. */
  async journal(thread = ''): Promise<readonly RunInput[]> {
    return within(await read<readonly RunInput[]>(this.#origin, 'journal'), thread);
  }

  /** The same that they refused. */
  async refused(thread = ''): Promise<readonly RunInput[]> {
    return within(await read<readonly RunInput[]>(this.#origin, 'refused'), thread);
  }

  /** The packages that the server's Python has, with their versions. */
  async versions(): Promise<Readonly<Record<string, string>>> {
    return read(this.#origin, 'versions');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}

function within(asked: readonly RunInput[], thread: string): readonly RunInput[] {
  return asked.filter(({ threadId }) => threadId.startsWith(thread));
}
