// What a package costs a page: each entry point, bundled and minified with what it imports, against its budget. What is
// fetched only when it is needed is told beside it.
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const KB = 1024;

/** Measures each `{ name, code, budget }`; `code` is a module at `entry`, `external` what somebody else pays for. */
export async function checkSizes(entry, budgets, external = []) {
  for (const { name, code, budget } of budgets) {
    const virtual = {
      name: 'entry',
      resolveId: (id) => (id === entry ? id : null),
      load: (id) => (id === entry ? code : null),
    };
    const options = { input: entry, plugins: [virtual], external, platform: 'browser', onLog() {} };
    const { output } = await (await rolldown(options)).generate({ minify: true, comments: false });
    const size = weight(output.filter((chunk) => !chunk.isDynamicEntry));
    const later = output.filter((chunk) => chunk.isDynamicEntry);
    const beside = later.length > 0 ? `, and ${(weight(later) / KB).toFixed(2)} when it is needed` : '';
    console.log(`${name}: ${(size / KB).toFixed(2)} KB gzip of ${budget / KB}${beside}`);
    if (size > budget) process.exitCode = 1;
  }
}

function weight(chunks) {
  return gzipSync(chunks.map((chunk) => chunk.code ?? '').join(''), { level: 9 }).length;
}
