// What the SDK costs a page: each entry point, bundled and minified with what it imports, against its budget.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const BUDGETS = { index: 14_000, indexeddb: 3_000 };

for (const [entry, budget] of Object.entries(BUDGETS)) {
  const bundle = await rolldown({ input: join(import.meta.dirname, `../dist/${entry}.js`), platform: 'browser' });
  const { output } = await bundle.generate({ minify: true });
  const size = gzipSync(output.map(({ code }) => code ?? '').join(''), { level: 9 }).length;
  console.log(`${entry}: ${size} bytes gzip of ${budget}`);
  if (size > budget) process.exitCode = 1;
}
