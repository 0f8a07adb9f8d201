/** A value that can be looked at and watched: the only shape in which state reaches the page. */
export interface Readable<T> {
  /** The current value. Its identity changes only when its content does. */
  readonly get: () => T;
  /** Calls `onChange` after every change; returns the function that stops it. */
  readonly subscribe: (onChange: () => void) => () => void;
}

/** A readable with a way to change it. Used by the demonstration and by tests. */
export interface Writable<T> extends Readable<T> {
  readonly set: (next: T) => void;
  readonly update: (change: (current: T) => T) => void;
}

/** Holds one value and tells its watchers when another one takes its place. */
export function writable<T>(initial: T): Writable<T> {
  let value = initial;
  const watchers = new Set<() => void>();
  const set = (next: T): void => {
    if (Object.is(next, value)) return;
    value = next;
    for (const watch of [...watchers]) watch();
  };
  return {
    get: () => value,
    set,
    update: (change) => {
      set(change(value));
    },
    subscribe: (onChange) => {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
  };
}

/** A readable that never changes. */
export function constant<T>(value: T): Readable<T> {
  return { get: () => value, subscribe: () => () => undefined };
}
