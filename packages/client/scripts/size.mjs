// What the SDK costs a page: each entry point, bundled and minified with what it imports, against its budget.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const KB = 1024;
const CORE = `export { createChatClient, textOf } from './index.js'`;
// The core is everything an application gets without asking: connection, outbox, log, streams, people, agents. What a
// few networks make it fetch later, the transport where WebSockets are blocked, is told beside it.
const BUDGETS = [
  { name: 'core', code: CORE, budget: 14 * KB },
  { name: 'ai-sdk', code: `export { roomTransport } from './ai-sdk.js'`, budget: 5 * KB },
  { name: 'bots', code: `export * from './bots.js'`, budget: 2 * KB },
  { name: 'directory', code: `export * from './directory.js'`, budget: 2 * KB },
  { name: 'indexeddb', code: `export * from './indexeddb.js'`, budget: 3 * KB },
  { name: 'rooms', code: `export * from './rooms.js'`, budget: 2 * KB },
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
  const first = output.filter((chunk) => !chunk.isDynamicEntry);
  const later = output.filter((chunk) => chunk.isDynamicEntry);
  const size = weight(first);
  const beside = later.length > 0 ? `, and ${(weight(later) / KB).toFixed(2)} when it is needed` : '';
  console.log(`${name}: ${(size / KB).toFixed(2)} KB gzip of ${budget / KB}${beside}`);
  if (size > budget) process.exitCode = 1;
}

function weight(chunks) {
  return gzipSync(chunks.map((chunk) => chunk.code ?? '').join(''), { level: 9 }).length;
}
