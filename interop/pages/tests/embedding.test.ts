// "You already have a front end" of docs/embedding.md is true: each program there runs as it stands, in a real browser, with
// the packages that it names as they were published (A9, F4, F6).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBrowser } from '@antiphon/e2e/browser';
import { blocks } from '@antiphon/e2e/documents';
import { bundle, embed } from '@antiphon/e2e/embed';
import { Server } from '@antiphon/e2e/server';
import { guest, type Guest, rest, wholeLog } from '@antiphon/e2e/wire';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { account, conversation, thread } from '../src/stand-ins.ts';

const FOLDER = join(import.meta.dirname, '..');
const GUIDE = join(FOLDER, '../../docs/embedding.md');
/** The address that the guide gives the server. */
const SERVER = 'https://chat.example.org';

/** The programs of the guide that have a name, each with what shows it. */
const PAGES: Readonly<Record<string, string>> = {
  'socket.tsx': `const id = 'chat-1'; const shown = <Chat id={id} messages={await load(id)} />;`,
  'http.tsx': `const shown = <Chat id="chat-1" />;`,
  'room.tsx': `const shown = <Chat id="general" />;`,
  'assistant-ui.tsx': `const shown = <Chat id="general" />;`,
};
/** In a room of many an agent is called by its name. */
const CALLED: ReadonlySet<string> = new Set(['room.tsx', 'assistant-ui.tsx']);

let browser: Browser;
let programs: ReadonlyMap<string, string>;

beforeAll(async () => {
  browser = await openBrowser();
  const guide = blocks(await readFile(GUIDE, 'utf8'), 'tsx');
  programs = new Map(guide.map((program) => [/^\/\/ (\S+)\n/u.exec(program)?.[1] ?? '', program]));
});

afterAll(async () => {
  await browser.close();
});

/** Opens the page that somebody has made of the program. */
async function open(
  server: Server,
  name: string,
  who: Guest,
): Promise<{ page: Page; problems: readonly string[] }> {
  const program = programs.get(name) ?? '';
  const main = [
    `import { createRoot } from 'react-dom/client';`,
    `import * as written from './${name.replace('.tsx', '')}';`,
    `const { Chat, load } = written;`,
    PAGES[name],
    `createRoot(document.getElementById('root')).render(shown);`,
  ].join('\n');
  const page = await bundle(main, 'production', {
    folder: FOLDER,
    beside: {
      [name]: program.replaceAll(SERVER, server.url),
      'account.tsx': account(who.token),
      'Conversation.tsx': conversation,
      'Thread.tsx': thread,
    },
  });
  return embed(browser, server, page);
}

/** How the runs that this person caused have ended, wherever they were. */
async function endings(server: Server, who: Guest): Promise<readonly unknown[]> {
  const { rooms } = await rest<{ rooms: { room: { id: string } }[] }>(server.url, who, '/rooms');
  const logs = await Promise.all(rooms.map(({ room }) => wholeLog(server.url, who, room.id)));
  return logs
    .flat()
    .flatMap((entry) =>
      entry.type === 'run_changed' && entry['ended_at'] !== undefined ? [entry['state']] : [],
    );
}

async function says(page: Page, name: string, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.fill(CALLED.has(name) ? `@demo ${text}` : text);
  await field.press('Enter');
}

test('the guide has these programs, and no other that has a name', () => {
  expect([...programs.keys()].filter(Boolean)).toEqual(Object.keys(PAGES));
});

test.for(Object.keys(PAGES))('%s: asks, is answered, decides, and stops', async (name) => {
  await using server = await Server.start();
  const who = await guest(server.url, 'Ada');
  const { page, problems } = await open(server, name, who);
  const answer = page.locator('article[data-role="assistant"]').last();

  await says(page, name, 'launch');
  await page.getByRole('button', { name: 'Allow' }).click();
  await answer.getByText('balloons are in the air').waitFor();

  await says(page, name, 'story');
  await answer.getByText('The train, the tunnel').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect.poll(() => endings(server, who)).toEqual(['completed', 'cancelled']);
  expect(problems).toEqual([]);
});
