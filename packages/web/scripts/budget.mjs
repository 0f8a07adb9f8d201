// Fails when the built page has grown past its budget.
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = { js: 200, css: 12 };

const folder = new URL('../dist/assets/', import.meta.url);
const sums = { js: 0, css: 0 };
for (const file of await readdir(folder)) {
  const kind = file.split('.').at(-1);
  if (kind in sums) sums[kind] += gzipSync(await readFile(new URL(file, folder))).length / 1000;
}
for (const [kind, limit] of Object.entries(BUDGET_KB)) {
  console.log(`${kind}: ${sums[kind].toFixed(1)} KB gzip of ${limit}`);
  if (sums[kind] > limit) process.exitCode = 1;
}
