/** The page's clock for what counts up or down: one timer for all who look, none while nobody does. */
import { useSyncExternalStore } from 'react';

const TICK_MS = 500;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();

function subscribe(onTick: () => void): () => void {
  if (watchers.size === 0) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const watch of [...watchers]) watch();
    }, TICK_MS);
  }
  watchers.add(onTick);
  return () => {
    watchers.delete(onTick);
    if (watchers.size === 0) clearInterval(timer);
  };
}

const read = (): number => now;
const never = (): (() => void) => () => undefined;

/** The time, renewed twice a second while `active`. */
export function useNow(active = true): number {
  return useSyncExternalStore(active ? subscribe : never, read, read);
}
