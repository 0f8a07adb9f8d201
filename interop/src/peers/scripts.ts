// Where the programs of published packages are: in `node_modules`, at the version that the lock file says.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MODULES = join(import.meta.dirname, '../../../node_modules');

/** The version of a package that is there, whatever the lock file says. */
export function versionOf(name: string): string {
  const { version } = JSON.parse(readFileSync(script(name, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** A program of a package, by its path inside; an error says how to get it. */
export function script(name: string, path: string): string {
  const file = join(MODULES, name, path);
  if (!existsSync(file)) throw new Error(`${name} is missing: run \`npm ci\` in the root of the repository`);
  return file;
}
