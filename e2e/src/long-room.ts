// A room of ten thousand messages at the page without a server: where its reader is, and what may not move them.
import type { Page } from 'playwright-core';

/** What the gallery lets be done with its room. */
interface DemoRoom {
  readonly log: { get(): { readonly keys: readonly string[]; readonly hasOlder: boolean } };
  answer(words: string, pace: number): void;
  edit(key: string, words: string): Promise<void>;
  loadOlder(): Promise<void>;
}

/** What the page has for these tests. */
interface Reader {
  room(): DemoRoom;
  log(): HTMLElement;
  /** Waits for so many frames. */
  frames(count: number): Promise<void>;
  /** Pixels between what is in view and the end. */
  fromEnd(): number;
  /** The first row that is fully in view, and where it stands. */
  anchor(): { readonly key: string; readonly y: number };
  /** How far that row has moved; a row that is gone has moved without end. */
  drift(before: { readonly key: string; readonly y: number }): number;
}

declare global {
  interface Window {
    reader: Reader;
  }
}

/** Five characters are a token or thereabouts: two hundred deltas in a second. */
export const PACE = 1000;

/** Teaches a page to tell where its reader is. */
export async function addReader(page: Page): Promise<void> {
  await page.evaluate(() => {
    const log = (): HTMLElement => document.querySelector<HTMLElement>('.ap-log-scroll')!;
    const rowOf = (key: string) => document.querySelector(`[data-key="${key}"]`)?.getBoundingClientRect();
    window.reader = {
      log,
      room: () => (window as unknown as { chat: { room(id: string): DemoRoom } }).chat.room('release-42'),
      frames: async (count) => {
        for (let n = 0; n < count; n += 1) await new Promise(requestAnimationFrame);
        // After this frame's layout and its observers: what is painted, not what is being worked out.
        await new Promise((resolve) => setTimeout(resolve));
      },
      fromEnd: () => log().scrollHeight - log().scrollTop - log().clientHeight,
      anchor: () => {
        const top = log().getBoundingClientRect().top;
        const rows = [...document.querySelectorAll<HTMLElement>('.ap-message-row')];
        const row = rows.find((one) => one.getBoundingClientRect().top >= top)!;
        return { key: row.dataset['key']!, y: row.getBoundingClientRect().top };
      },
      drift: ({ key, y }) => Math.abs((rowOf(key)?.top ?? Infinity) - y),
    };
  });
}

/** Streams an answer while its reader is at the end; in how many frames they were not. */
export async function followed(
  page: Page,
  words: string,
): Promise<{ frames: number; off: number; worst: number }> {
  return page.evaluate(
    async ({ words, pace }) => {
      const { reader } = window;
      const seen = { frames: 0, off: 0, worst: 0 };
      let was = false;
      reader.room().answer(words, pace);
      await reader.frames(2);
      while (document.querySelector('.ap-caret')) {
        await reader.frames(1);
        seen.frames += 1;
        // What is told between a frame and this look at it is not yet on the screen: only what is so twice was shown.
        const is = reader.fromEnd() > 1;
        if (is && was) seen.off += 1;
        was = is;
        seen.worst = Math.max(seen.worst, reader.fromEnd());
      }
      return seen;
    },
    { words, pace: PACE },
  );
}

/** Streams an answer and looks at nothing but whether it is over. */
export async function streamed(page: Page, words: string): Promise<void> {
  await page.evaluate(
    async ({ words, pace }) => {
      window.reader.room().answer(words, pace);
      await window.reader.frames(2);
      while (document.querySelector('.ap-caret')) await new Promise((resolve) => setTimeout(resolve, 100));
    },
    { words, pace: PACE },
  );
}

/** How far the reader's row moves while an answer streams below it. */
export async function driftWhileStreaming(page: Page, words: string): Promise<number> {
  return page.evaluate(
    async ({ words, pace }) => {
      const { reader } = window;
      const before = reader.anchor();
      let worst = 0;
      reader.room().answer(words, pace);
      for (let n = 0; n < 90; n += 1) {
        await reader.frames(1);
        worst = Math.max(worst, reader.drift(before));
      }
      return worst;
    },
    { words, pace: PACE },
  );
}

/** How far it moves when a message above it becomes much longer. */
export async function driftWhileGrowing(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { reader } = window;
    const before = reader.anchor();
    const { keys } = reader.room().log.get();
    await reader.room().edit(keys[keys.indexOf(before.key) - 2]!, 'Much longer than before. '.repeat(40));
    await reader.frames(20);
    return reader.drift(before);
  });
}

/** How far it moves while five pages of older messages come in above it. */
export async function driftWhilePrepending(page: Page): Promise<{ drift: number; added: number }> {
  return page.evaluate(async () => {
    const { reader } = window;
    reader.log().scrollTop = 4000;
    await reader.frames(30);
    const count = reader.room().log.get().keys.length;
    const before = reader.anchor();
    let drift = 0;
    while (reader.room().log.get().hasOlder) {
      await reader.room().loadOlder();
      await reader.frames(10);
      drift = Math.max(drift, reader.drift(before));
    }
    return { drift, added: reader.room().log.get().keys.length - count };
  });
}

/** Scrolls through the room as fast as a hand can; in how many frames nothing stood where something should. */
export async function blankWhileScrolling(page: Page, step: number): Promise<number> {
  return page.evaluate(async (by) => {
    const { reader } = window;
    const middle = () => {
      const box = reader.log().getBoundingClientRect();
      return document.elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    };
    let blank = 0;
    for (let n = 0; n < 120; n += 1) {
      reader.log().scrollTop -= by;
      await reader.frames(1);
      if (!middle().some((element) => element.matches('.ap-item'))) blank += 1;
    }
    return blank;
  }, step);
}
