// Schemathesis, which reads the description of an API and asks whatever that allows and forbids.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PEER = join(import.meta.dirname, '../../peers/schemathesis');
/** Many times what it takes: how much is asked is bounded by its settings, how long that takes is the machine's affair. */
export const PATIENCE_MS = 400_000;

/** What it found: nothing, or what it says about it. */
export interface Examined {
  readonly good: boolean;
  readonly report: string;
}

/** Looks at the REST of a server as somebody with this token, where there is this run; the same seed asks the same. */
export async function examine(url: string, token: string, run: string, seed: number): Promise<Examined> {
  const program = join(PEER, '.venv/bin/st');
  if (!existsSync(program)) throw new Error('Schemathesis is missing: interop/scripts/python.sh installs it');
  const args = ['--no-color', 'run', `${url}/v1/openapi.json`, '--seed', `${seed}`];
  const env = { ...process.env, TOKEN: token, RUN: run, PYTHONDONTWRITEBYTECODE: '1' };
  const bounds = { timeout: PATIENCE_MS, maxBuffer: 64 * 1024 * 1024 };
  try {
    // Its settings and hooks are where it is started.
    const { stdout } = await promisify(execFile)(program, args, { cwd: PEER, env, ...bounds });
    return { good: true, report: stdout };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { good: false, report: `${stdout}${stderr}${String(error)}` };
  }
}
