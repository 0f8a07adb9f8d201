/** Saying something to a screen reader, in whole sentences, without moving anybody's focus. */
import { createContext, useContext } from 'react';

export type Announce = (sentence: string, urgency?: 'polite' | 'assertive') => void;

export const AnnounceContext = createContext<Announce>(() => undefined);

export function useAnnounce(): Announce {
  return useContext(AnnounceContext);
}

/** Polite sentences come no faster than this; what gathers meanwhile is said together. */
export const POLITE_EVERY_MS = 3000;
/** More than this many at once is a summary. */
const MOST_AT_ONCE = 3;

/** Several sentences as one: the newest few, and how many there were besides. */
export function merge(sentences: readonly string[]): string {
  const said = sentences.slice(-MOST_AT_ONCE);
  const left = sentences.length - said.length;
  return [left > 0 && `${left} more.`, ...said].filter(Boolean).join(' ');
}
