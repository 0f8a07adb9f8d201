/** A choice of whoever looks at this device, kept on it. */
import { type Writable, writable } from './readable.ts';

/** The choice under a key; `usual` until another one of `choices` is made. */
export function kept<T extends string>(key: string, usual: T, choices: readonly T[]): Writable<T> {
  const value = writable<T>(load());
  value.subscribe(() => {
    try {
      localStorage.setItem(key, value.get());
    } catch {
      // Storage may be forbidden: the choice then lasts as long as the page.
    }
  });
  return value;

  function load(): T {
    try {
      return choices.find((choice) => choice === globalThis.localStorage.getItem(key)) ?? usual;
    } catch {
      return usual;
    }
  }
}
