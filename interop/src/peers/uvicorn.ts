// Agents in Python behind uvicorn: a folder of `peers/` whose `app.py` has them, and the environment that it runs in.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@antiphon/e2e/port';
import { Program } from '../program.ts';

const PROJECT = join(import.meta.dirname, '../..');
const ADVICE = 'interop/scripts/python.sh makes its environment (`make interop` does)';

/** A server of agents that runs. */
export interface Uvicorn {
  readonly origin: string;
  readonly program: Program;
}

/** Starts the agents of a folder of `peers/` with an environment of Python; both as seen from this package. */
export async function uvicorn(folder: string, environment: string): Promise<Uvicorn> {
  const python = join(PROJECT, environment, 'bin/python');
  if (!existsSync(python)) throw new Error(`the peer ${folder} is missing: ${ADVICE}`);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const program = await Program.start({
    name: folder,
    command: python,
    args: ['-m', 'uvicorn', 'app:app', '--host', '127.0.0.1', '--port', `${port}`, '--log-level', 'info'],
    cwd: join(PROJECT, 'peers', folder),
    env: { PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
    ready: (output) => output.includes(`running on ${origin}`),
    advice: ADVICE,
  });
  return { origin, program };
}

/** What a server answers to a question about itself. */
export async function read<T>(origin: string, path: string): Promise<T> {
  return (await (await fetch(`${origin}/${path}`)).json()) as T;
}
