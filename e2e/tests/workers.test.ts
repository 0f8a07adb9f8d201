// The SDK as it was built, in the workers of a browser: it needs no window there, and talks as it does in a page.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, visit } from '../src/browser.ts';
import { serveFiles } from '../src/files.ts';
import { Guest } from '../src/guest.ts';
import { openSockets } from '../src/meters.ts';
import { Server } from '../src/server.ts';
import { guest } from '../src/wire.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

/** Connects, joins, and says what it is told to; passes on what it hears. */
const WORKER = `
import { createChatClient, textOf } from '/sdk/index.js';
import { sharedTabs } from '/sdk/tabs.js';

async function serve(port) {
  const told = new Promise((resolve) => { port.onmessage = ({ data }) => resolve(data); });
  const { url, token, text } = await told;
  const chat = createChatClient({ url, auth: token, shareTabs: sharedTabs() });
  await chat.connect('general');
  const room = chat.getRoom('general');
  room.onMessage((message) => port.postMessage({ heard: textOf(message) }));
  const { key } = await room.sendMessage(text).settled;
  port.postMessage({ said: key, state: chat.status.state, window: typeof window });
}
if (typeof SharedWorkerGlobalScope === 'undefined') serve(self);
else self.onconnect = ({ ports: [port] }) => serve(port);
`;

const PAGE = '<!doctype html><title>Workers</title><link rel="icon" href="data:,">';

test.each(['Worker', 'SharedWorker'] as const)('E5: the built SDK talks from a %s', async (kind) => {
  await using files = await serveFiles({ '/': PAGE, '/worker.js': WORKER });
  await using server = await Server.start({ settings: `allowed_origins = ["${files.origin}"]` });
  const { token } = await guest(server.url, 'Ada');
  const grace = await Guest.signIn(server.url, 'Grace');
  await grace.join('general');
  const { page, problems } = await visit(browser, files.origin);
  await page.evaluate(
    ({ kind, ask }) => {
      const told: unknown[] = [];
      (window as unknown as { told: unknown[] }).told = told;
      const hear = ({ data }: MessageEvent): void => void told.push(data);
      if (kind === 'Worker') {
        const worker = new Worker('/worker.js', { type: 'module' });
        worker.onmessage = hear;
        worker.postMessage(ask);
      } else {
        const { port } = new SharedWorker('/worker.js', { type: 'module' });
        port.onmessage = hear;
        port.postMessage(ask);
      }
    },
    { kind, ask: { url: server.url, token, text: `from a ${kind}` } },
  );
  const told = (): Promise<unknown[]> => page.evaluate(() => (window as unknown as { told: unknown[] }).told);
  const said = { said: expect.any(String) as string, state: 'connected', window: 'undefined' };
  await expect.poll(told).toContainEqual(said);
  expect(await openSockets(server)).toBe(1);
  await grace.send('general', 'heard you');
  await expect.poll(told).toContainEqual({ heard: 'heard you' });
  const entries = await grace.entries('general');
  const texts = entries.flatMap(({ message }) => message?.parts.map(({ text }) => text) ?? []);
  expect(texts).toEqual([`from a ${kind}`, 'heard you']);
  expect(problems).toEqual([]);
});
