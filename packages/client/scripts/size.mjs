// What the SDK costs a page: each entry point, bundled and minified with what it imports, against its budget.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const KB = 1024;
// The core is everything an application gets without asking: connection, outbox, log, streams, people, agents.
const BUDGETS = [
  { name: 'core', code: `export { createChatClient, textOf } from './index.js'`, budget: 16 * KB },
  { name: 'bots', code: `export * from './bots.js'`, budget: 2 * KB },
  { name: 'indexeddb', code: `export { indexedDbOutbox } from './indexeddb.js'`, budget: 3 * KB },
];

for (const { name, code, budget } of BUDGETS) {
  const entry = join(import.meta.dirname, '../dist/entry.js');
  const virtual = {
    name: 'entry',
    resolveId: (id) => (id === entry ? id : null),
    load: (id) => (id === entry ? code : null),
  };
  const bundle = await rolldown({ input: entry, plugins: [virtual], platform: 'browser' });
  const { output } = await bundle.generate({ minify: true, comments: false });
  const size = gzipSync(output.map((chunk) => chunk.code ?? '').join(''), { level: 9 }).length;
  console.log(`${name}: ${(size / KB).toFixed(2)} KB gzip of ${budget / KB}`);
  if (size > budget) process.exitCode = 1;
}
