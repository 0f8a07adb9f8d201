/** A long history, for scrolling. */
import type { LogItem } from '@antiphon/react/ui/kit';
import { ines, mara, me, message, scribe, tomas } from '@antiphon/react/ui/samples';

/** A long history, for scrolling. */
export function longHistory(now: number, length: number, from = 0): readonly LogItem[] {
  const authors = [mara, tomas, me, scribe, ines];
  return Array.from({ length }, (_, n) => {
    const index = from + n;
    const author = authors[Math.floor(index / 2) % authors.length] ?? mara;
    const at = now - (length - n) * 90_000;
    const words =
      index % 7 === 0
        ? 'A longer message with a list:\n\n- first\n- second\n- third\n\nand a closing line.'
        : `Message ${index}: ${'the order is the same for everybody. '.repeat(1 + (index % 4))}`;
    return message(
      author,
      at,
      words,
      author.id === me.id ? { delivery: { state: 'delivered', since: at } } : {},
    );
  });
}
