// What the SDK costs a page: each entry point, bundled and minified with what it imports, against its budget.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const BUDGETS = { index: 14_000, indexeddb: 3_000 };

for (const [entry, budget] of Object.entries(BUDGETS)) {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'es2022', minify: true, lib: { entry: join(root, `dist/${entry}.js`), formats: ['es'] } },
  });
  const code = [result].flat().flatMap(({ output }) => output.map((chunk) => chunk.code ?? '')).join('');
  const size = gzipSync(code).length;
  console.log(`${entry}: ${size} bytes gzip of ${budget}`);
  if (size > budget) process.exitCode = 1;
}
