// Watches an answer on the page as it grows, change by change: what was read there once must never be taken back.
import type { Locator, Page } from 'playwright-core';

/** What was seen so far. */
export interface Seen {
  /** How often the words changed. */
  readonly changes: number;
  /** Letters that are shown now. */
  readonly letters: number;
  /** Words that were shown and then were not, or were others. */
  readonly losses: readonly string[];
  /** Most rows that showed this answer at one time. */
  readonly copies: number;
}

declare global {
  interface Window {
    seen?: { changes: number; letters: number; losses: string[]; copies: number };
  }
}

/** Watches the answer with this key from now on. */
export async function watch(page: Page, key: string): Promise<void> {
  await page.evaluate((key) => {
    const seen = { changes: 0, letters: 0, losses: [] as string[], copies: 0 };
    window.seen = seen;
    let last = '';
    const look = (): void => {
      const rows = [...document.querySelectorAll(`article[data-key="${key}"]`)];
      seen.copies = Math.max(seen.copies, rows.length);
      // Letters only: signs may turn into headings and lists as more of them come.
      const words = rows
        .flatMap((row) => [...row.querySelectorAll('.ap-row-parts > .ap-prose')])
        .map((prose) => prose.textContent)
        .join('')
        .replace(/[^\p{L}]/gu, '');
      if (words === last) return;
      if (!words.startsWith(last)) seen.losses.push(`${last.slice(-60)} became ${words.slice(-60)}`);
      last = words;
      seen.letters = words.length;
      seen.changes += 1;
    };
    look();
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  }, key);
}

/** What the watcher of this page has seen. */
export async function seen(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    if (!window.seen) throw new Error('nobody watches');
    return window.seen;
  });
}

/** The words of a message exactly as they are held, through the page's own button. */
export async function copied(message: Locator): Promise<string> {
  const page = message.page();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await message.hover();
  await message.getByRole('button', { name: 'Copy text' }).click();
  await message.getByRole('button', { name: 'Copied' }).waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}
