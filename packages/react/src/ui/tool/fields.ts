/** A form from the flat JSON Schema of a question; what it does not understand becomes a line of text. */
/** One thing that a question wants to know. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly help?: string;
  readonly kind: 'text' | 'number' | 'whole' | 'yes' | 'choice';
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly required: boolean;
  readonly initial?: string;
  readonly min?: number;
  readonly max?: number;
}

type Json = Readonly<Record<string, unknown>>;

export function fieldsOf(schema: unknown): readonly Field[] {
  const { properties, required } = asObject(schema);
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(asObject(properties)).map(([name, property]) =>
    fieldOf(name, asObject(property), needed.has(name)),
  );
}

function fieldOf(name: string, property: Json, required: boolean): Field {
  const choices = choicesOf(property);
  const number = property['type'] === 'number' || property['type'] === 'integer';
  const { title, description, minimum, maximum, minLength, maxLength } = property;
  const min = number ? minimum : minLength;
  const max = number ? maximum : maxLength;
  const initial = property['default'];
  return {
    name,
    label: typeof title === 'string' ? title : name.replaceAll('_', ' '),
    kind: choices ? 'choice' : kindOf(property['type']),
    required,
    ...(typeof description === 'string' ? { help: description } : {}),
    ...(choices ? { choices } : {}),
    ...(['string', 'number', 'boolean'].includes(typeof initial) ? { initial: String(initial) } : {}),
    ...(typeof min === 'number' ? { min } : {}),
    ...(typeof max === 'number' ? { max } : {}),
  };
}

function kindOf(type: unknown): Field['kind'] {
  if (type === 'integer') return 'whole';
  if (type === 'number') return 'number';
  return type === 'boolean' ? 'yes' : 'text';
}

/** From `enum`, with or without names, or from `oneOf` with constants. */
function choicesOf(property: Json): Field['choices'] {
  const { enum: values, enumNames: names, oneOf } = property;
  if (Array.isArray(values))
    return values.map((value: unknown, index) => ({
      value: String(value),
      label: String(Array.isArray(names) ? (names[index] ?? value) : value),
    }));
  if (!Array.isArray(oneOf)) return undefined;
  return oneOf.map(asObject).map(({ const: value, title }) => ({
    value: String(value),
    label: typeof title === 'string' ? title : String(value),
  }));
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
