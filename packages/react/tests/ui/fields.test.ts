/** F5: a question's flat schema becomes a form; what it does not understand is still asked, as a line of text. */
import { describe, expect, it } from 'vitest';
import { fieldsOf } from '../../src/ui/tool/fields.ts';

const kinds = (properties: object) => fieldsOf({ properties }).map(({ kind }) => kind);

describe('fields of a question', () => {
  it('have the kind that the schema says', () => {
    const properties = {
      name: { type: 'string' },
      size: { type: 'number' },
      many: { type: 'integer' },
      sure: { type: 'boolean' },
      where: { type: 'string', enum: ['a', 'b'] },
    };
    expect(kinds(properties)).toEqual(['text', 'number', 'whole', 'yes', 'choice']);
  });

  it('name their choices, however the schema writes them', () => {
    const [one, two] = fieldsOf({
      properties: {
        one: { enum: ['a', 'b'], enumNames: ['First', 'Second'] },
        two: { oneOf: [{ const: 'a', title: 'First' }, { const: 'b' }] },
      },
    });
    expect(one?.choices?.map(({ label }) => label)).toEqual(['First', 'Second']);
    expect(two?.choices?.map(({ label }) => label)).toEqual(['First', 'b']);
  });

  it('say what is needed, what it begins with, and its bounds', () => {
    const [field] = fieldsOf({
      required: ['many_things'],
      properties: { many_things: { type: 'integer', default: 3, minimum: 1, maximum: 9 } },
    });
    expect(field).toEqual({
      name: 'many_things',
      label: 'many things',
      kind: 'whole',
      required: true,
      initial: '3',
      min: 1,
      max: 9,
    });
  });

  it('survive anything', () => {
    for (const schema of [undefined, null, 7, 'x', [], {}, { properties: 7 }, { required: 7 }])
      expect(fieldsOf(schema)).toEqual([]);
    expect(kinds({ odd: null, list: { type: 'array' }, all: { oneOf: [null, 7] } })).toEqual([
      'text',
      'text',
      'choice',
    ]);
  });
});
