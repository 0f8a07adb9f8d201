// What a test says of a server's settings, as the TOML that an operator would write.

/** A value of a setting. */
export type Setting =
  string | number | boolean | readonly Setting[] | { readonly [key: string]: Setting | undefined };

/** A bot of `[[bots]]`: its keys are those of `antiphon.example.toml`. */
export interface Bot {
  readonly id: string;
  readonly connector: Setting;
  readonly [key: string]: Setting | undefined;
}

/** The text of a settings file with these keys and bots. */
export function toml(settings: Readonly<Record<string, Setting>>, bots: readonly Bot[] = []): string {
  return [pairs(settings), ...bots.map((bot) => `[[bots]]\n${pairs(bot)}`)].join('\n');
}

function pairs(keys: Readonly<Record<string, Setting | undefined>>): string {
  return Object.entries(keys)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key} = ${inline(value)}\n`]))
    .join('');
}

/** One line, so that no table of one key becomes the parent of the next. */
function inline(value: Setting): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  // TOML's basic strings have the escapes of JSON.
  if (typeof value !== 'object') return JSON.stringify(value);
  const keys = Object.entries(value as Readonly<Record<string, Setting | undefined>>);
  const said = keys.flatMap(([key, each]) =>
    each === undefined ? [] : [`${JSON.stringify(key)} = ${inline(each)}`],
  );
  return `{ ${said.join(', ')} }`;
}
