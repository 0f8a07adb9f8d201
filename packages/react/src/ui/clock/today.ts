/** The day that is today, so that "Today" becomes "Yesterday" at midnight without a reload. */
import { useSyncExternalStore } from 'react';
import { startOfDay } from '../words/time.ts';

/** Timers cannot wait much longer than a day, and need not: this looks again every few minutes. */
const LOOK_EVERY_MS = 5 * 60_000;

function subscribe(onChange: () => void): () => void {
  const timer = setInterval(onChange, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

const today = (): number => startOfDay(Date.now());

/** Midnight of today, in local time. */
export function useToday(): number {
  return useSyncExternalStore(subscribe, today, today);
}
