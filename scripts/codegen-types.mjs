// Writes the SDK's types of the wire from protocol/schema.json; with --check it only compares.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compile } from 'json-schema-to-typescript';

const root = join(import.meta.dirname, '..');
const TYPES = 'packages/client/src/generated/protocol.ts';

const banner = `// The words of the wire, as types: generated from protocol/schema.json by \`make codegen\`. Do not edit.`;

const schema = JSON.parse(await readFile(join(root, 'protocol/schema.json'), 'utf8'));
const types = await compile(schema, schema.title ?? 'Protocol', {
  additionalProperties: false,
  bannerComment: banner,
  enableConstEnums: false,
  format: false,
  unreachableDefinitions: true,
});

if (process.argv.includes('--check')) {
  const committed = await readFile(join(root, TYPES), 'utf8').catch(() => '');
  if (committed !== types) {
    console.error(`${TYPES} is not what protocol/schema.json says now: run \`make codegen\` and commit`);
    process.exit(1);
  }
  console.log(`${TYPES} is current`);
} else {
  await mkdir(dirname(join(root, TYPES)), { recursive: true });
  await writeFile(join(root, TYPES), types);
  console.log(`wrote ${TYPES}`);
}
