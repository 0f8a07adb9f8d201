/** The SDK's rule of naming, carried out: what the wire calls `created_at` is `createdAt` here, and times are numbers. */

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** Fields that hold an instant, where they hold a text. */
type Instant = 'at' | 'since' | 'deadline' | `${string}_at`;
const INSTANT = /(?:^|_)at$|^since$|^deadline$/;

/** An object of the wire in the SDK's words; what is inside its fields stays as it is. */
export type Said<T> = T extends unknown
  ? { [Name in keyof T as CamelCase<Name & string>]: Name extends Instant ? Instants<T[Name]> : T[Name] }
  : never;

type Instants<T> = T extends string ? number : T;

/** Renames the fields of one object, and reads its times. */
export function said<T extends object>(wire: T): Said<T> {
  const words: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(wire) as [string, unknown][]) {
    const word = name.replace(/_(\w)/g, (_, first: string) => first.toUpperCase());
    words[word] = typeof value === 'string' && INSTANT.test(name) ? Date.parse(value) : value;
  }
  return words as Said<T>;
}
