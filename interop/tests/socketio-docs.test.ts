// The events that `docs/socketio.md` lists are those that the schema has, each with its shape (E4).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly const?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const ROOT = join(import.meta.dirname, '../..');

/** Events of the wire that this door tells in other words, or has another layer for, or that are for bots on their socket. */
const NOT_TOLD = 'append entries ping run run_over cancel_run cancel_tool steer decided'.split(' ');

/** The names of all variants, whose tag has this name. */
function names(schema: Schema | undefined, tag: string): string[] {
  const own = schema?.properties?.[tag]?.const;
  const below = [schema?.oneOf, schema?.anyOf, schema?.allOf].flatMap((list) => list ?? []);
  return [...(own === undefined ? [] : [own]), ...below.flatMap((each) => names(each, tag))];
}

test('every event is in the table with its shape, and nothing else is', async () => {
  const document = await readFile(join(ROOT, 'docs/socketio.md'), 'utf8');
  const [, table = ''] = document.split('\n## Hearing\n');
  const rows = [...table.matchAll(/^\| (`.*?) +\| `(\w+)` +\|/gm)].flatMap(([, events = '', shape = '']) =>
    [...events.matchAll(/`([\w:]+)`/g)].map(([, event = '']) => [event, shape] as const),
  );
  const schema = JSON.parse(await readFile(join(ROOT, 'protocol/schema.json'), 'utf8')) as Schema;
  const defs = schema.$defs ?? {};
  const own = (defs['SocketIoEvent']?.oneOf ?? []).map((variant): [string, string] => [
    variant.properties?.['event']?.const ?? '',
    variant.properties?.['payload']?.$ref?.split('/').at(-1) ?? '',
  ]);
  const known = new Map(own);
  for (const shape of ['Entry', 'Event'])
    for (const name of names(defs[shape], 'type'))
      if (!known.has(name) && !NOT_TOLD.includes(name)) known.set(name, shape);
  expect(known.size).toBeGreaterThan(25);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(known));
  expect(rows).toHaveLength(known.size);
});
