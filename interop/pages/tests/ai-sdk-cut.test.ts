// A connection that breaks in the middle of an answer: the page of the AI SDK gets the rest, and nothing twice (B4, B7).
import { FaultProxy } from '@antiphon/e2e/proxy';
import { guest, type Guest } from '@antiphon/e2e/wire';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BOT, Stage } from '../src/actor.ts';
import { answer, words, type PageChat } from '../src/chats.ts';
import { DOORS, type Page } from '../src/doors.ts';

const WHOLE = 'One, two, three.';

let stage: Stage;
let mara: Guest;
let proxy: FaultProxy;

beforeAll(async () => {
  stage = await Stage.start();
  mara = await guest(stage.server.url, 'Mara');
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

beforeEach(async () => {
  proxy = await FaultProxy.start(stage.server.port);
});

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
});

/** What a page shows in the end: one question, one answer, all of it once. */
function shows({ messages }: PageChat): unknown {
  return messages.map((message) => [message.role, words(message)]);
}

describe.for(DOORS)('$name', ({ open, name, version }) => {
  const ours = name.startsWith('room');

  /** A page that was cut in the middle of an answer, which waits there. */
  async function cut(): Promise<{ page: Page; asked: Promise<void>; goOn: () => void }> {
    const page = await open(proxy.origin, mara, BOT);
    const gate = stage.gate();
    const asked = page.chat.sendMessage({ text: 'slowly' });
    await gate.reached;
    await expect.poll(() => words(answer(page.chat))).toBe('One, ');
    proxy.reset();
    return { page, asked, goOn: () => gate.open() };
  }

  /** The page comes back by what its SDK has for that. Version 5 can only do so as another page: it would say all of it twice. */
  async function back(page: Page): Promise<Page> {
    if (version > 5) {
      void page.chat.resumeStream();
      return page;
    }
    const next = await page.again(structuredClone(page.chat.messages));
    void next.chat.resumeStream();
    return next;
  }

  test.runIf(ours)('the answer goes on by itself, for the page nothing has happened', async () => {
    const { page: first, asked, goOn } = await cut();
    await using page = first;
    goOn();
    await asked;
    expect(page.chat.status).toBe('ready');
    expect(shows(page.chat)).toEqual([
      ['user', 'slowly'],
      ['assistant', WHOLE],
    ]);
  });

  test.skipIf(ours)('the page sees the cut, comes back, and the answer goes on', async () => {
    const { page: first, asked, goOn } = await cut();
    await using page = first;
    await asked;
    expect(page.chat.status).toBe('error');
    await using again = await back(page);
    await expect.poll(() => again.chat.status).toBe('streaming');
    goOn();
    await expect.poll(() => again.chat.status).toBe('ready');
    expect(shows(again.chat)).toEqual([
      ['user', 'slowly'],
      ['assistant', WHOLE],
    ]);
  });

  test.skipIf(ours)('what ended while the page was away is told when it comes back', async () => {
    const { page: first, asked, goOn } = await cut();
    await using page = first;
    await asked;
    proxy.refuse();
    goOn();
    await stage.idle();
    proxy.refuse(false);
    await using again = await back(page);
    await expect.poll(() => again.chat.status).toBe('ready');
    await expect.poll(() => words(answer(again.chat))).toBe(WHOLE);
    expect(shows(again.chat)).toHaveLength(2);
  });
});
