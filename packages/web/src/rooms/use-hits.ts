/** Messages that contain what is being typed, looked for once the typing rests. */
import { useEffect, useState } from 'react';
import { type HitView, usePage } from '../page/page.ts';

const REST_MS = 200;
/** Fewer letters are in every message. */
const SHORTEST = 2;
const NONE: readonly HitView[] = [];

export function useHits(query: string): readonly HitView[] {
  const page = usePage();
  const words = query.trim();
  const [found, setFound] = useState({ words: '', hits: NONE });
  useEffect(() => {
    if (words.length < SHORTEST) return;
    let current = true;
    const timer = setTimeout(() => {
      void page.search(words).then((hits) => current && setFound({ words, hits }));
    }, REST_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [page, words]);
  // While the next words are looked for, what was found for shorter ones stays: nothing jumps under the fingers.
  return words.startsWith(found.words) && words.length >= SHORTEST ? found.hits : NONE;
}
