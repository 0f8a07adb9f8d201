// Fails when what the built page loads first has grown past its budget; what is fetched later is told.
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const BUDGET_KB = { js: 200, css: 12 };

const dist = new URL('../dist/', import.meta.url);
const files = new Map();
for (const file of await readdir(new URL('assets/', dist)))
  if (/\.(?:js|css)$/u.test(file)) files.set(file, await readFile(new URL(`assets/${file}`, dist)));

/** What the page names, and what that imports without being asked. */
const first = new Set();
const pending = [await readFile(new URL('index.html', dist), 'utf8')];
for (const text of pending)
  for (const [file, content] of files)
    if (
      !first.has(file) &&
      new RegExp(`(?:"/assets/|from\\s*"\\./|import\\s*"\\./)${file}"`, 'u').test(text)
    ) {
      first.add(file);
      pending.push(content.toString());
    }

const sums = { js: 0, css: 0 };
let later = 0;
let docs = 0;
for (const [file, content] of files) {
  const size = gzipSync(content).length / 1000;
  if (first.has(file)) sums[file.split('.').at(-1)] += size;
  else if (file.startsWith('docs-')) docs += size;
  else later += size;
}
for (const [kind, limit] of Object.entries(BUDGET_KB)) {
  console.log(`${kind}: ${sums[kind].toFixed(1)} KB gzip of ${limit}`);
  if (sums[kind] > limit) process.exitCode = 1;
}
console.log(`later: ${later.toFixed(1)} KB gzip`);
console.log(`/docs, a page of its own: ${docs.toFixed(1)} KB gzip`);
