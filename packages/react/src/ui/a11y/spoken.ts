/** How much of what agents write is read out: chosen by whoever listens, kept on this device. */
import { type Readable, writable } from '../view/readable.ts';

/** `finished`: an answer's beginning once it is whole; `sentences`: each sentence as it is written; `silent`: neither. */
export type Spoken = 'finished' | 'sentences' | 'silent';

const KEY = 'antiphon.spoken';

const value = writable<Spoken>(load());

export const spoken: Readable<Spoken> = value;

export function speak(choice: Spoken): void {
  value.set(choice);
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Storage may be forbidden: the choice then lasts as long as the page.
  }
}

function load(): Spoken {
  try {
    const kept = globalThis.localStorage.getItem(KEY);
    return kept === 'sentences' || kept === 'silent' ? kept : 'finished';
  } catch {
    return 'finished';
  }
}
