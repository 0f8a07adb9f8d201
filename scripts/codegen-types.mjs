// Writes the SDK's types of the wire from protocol/schema.json; with --check it only compares.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compile } from 'json-schema-to-typescript';

const root = join(import.meta.dirname, '..');
const SCHEMA = 'protocol/schema.json';
/** Each stands alone: a page needs no bots, a bot needs no rooms. */
const TYPES = ['packages/client/src/generated/protocol.ts', 'packages/bot/src/generated/protocol.ts'];

const text = await generate(JSON.parse(await readFile(join(root, SCHEMA), 'utf8')));

for (const types of TYPES) {
  const file = join(root, types);
  if (!process.argv.includes('--check')) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    console.log(`wrote ${types}`);
  } else if ((await readFile(file, 'utf8').catch(() => '')) === text) {
    console.log(`${types} is current`);
  } else {
    console.error(`${types} is not what ${SCHEMA} says now: run \`make codegen\` and commit`);
    process.exitCode = 1;
  }
}

async function generate(schema) {
  const types = await compile(apart(schema), schema.title, {
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    bannerComment: `// The words of the wire: generated from ${SCHEMA} by \`make codegen\`. Do not edit.`,
    style: { singleQuote: true, printWidth: 110 },
    unreachableDefinitions: true,
  });
  return types
    .replaceAll(/ \*\n \* This (interface|type) was referenced by [^]*?(?= \*\/)/g, '') // says nothing to a reader
    .replaceAll(/\/\*\*\n *\* This (interface|type) was referenced by [^]*?\*\/\n/g, '')
    .replaceAll(/\/\*\*\n *\* (.*)\n *\*\//g, '/** $1 */')
    .replaceAll(/([;}])\n(?=\/\*\*|export )/g, '$1\n\n');
}

/**
 * Sets a `$ref` apart from what stands beside it (a description, the tag of a variant): the generator would otherwise
 * write the type out again, under a new name, at each such place.
 */
function apart(node) {
  if (Array.isArray(node)) return node.map(apart);
  if (node === null || typeof node !== 'object') return node;
  const { $ref, ...rest } = Object.fromEntries(
    Object.entries(withoutNulls(withoutRules(node))).map(([key, value]) => [key, apart(value)]),
  );
  if (typeof $ref !== 'string') return $ref === undefined ? rest : { $ref, ...rest };
  const { description, ...shape } = rest;
  delete shape.default;
  const refs = [{ $ref }, ...(Object.keys(shape).length > 0 ? [shape] : [])];
  if (refs.length === 1 && description === undefined) return { $ref };
  return { ...(description === undefined ? {} : { description }), allOf: refs };
}

/** Which fields go together, and which values do not: rules for those who check, beyond what a type says. */
function withoutRules(node) {
  const isRule = ([key, value]) => key === 'not' || (key === 'oneOf' && value.every(isOfFields));
  return Object.fromEntries(Object.entries(node).filter((entry) => !isRule(entry)));
}

function isOfFields(choice) {
  return choice.required !== undefined && choice.type === undefined;
}

/** A field that may be left out is left out, never null: the server sends none and needs none. */
function withoutNulls(node) {
  if (node.properties === undefined) return node;
  const optional = ([name]) => !node.required?.includes(name);
  const fields = Object.entries(node.properties);
  return {
    ...node,
    properties: Object.fromEntries(
      fields.map((field) => (optional(field) ? [field[0], withoutNull(field[1])] : field)),
    ),
  };
}

function withoutNull({ anyOf, type, ...rest }) {
  if (Array.isArray(type)) return { type: type.find((each) => each !== 'null'), ...rest };
  const choices = anyOf?.filter((choice) => choice.type !== 'null');
  if (choices === undefined) return type === undefined ? rest : { type, ...rest };
  return choices.length === 1 ? { ...choices[0], ...rest } : { anyOf: choices, ...rest };
}
