// A page that is rendered on a server shows what was said before there is a connection, and is taken over as it stands.
import { type ChatClient, createChatClient } from '@antiphon/client';
import { type InitialState, takeSnapshot } from '@antiphon/react';
import { StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Everything } from '../pages/everything.tsx';
import { openBrowser } from '../src/browser.ts';
import { bundlePage, embed } from '../src/embed.ts';
import { Guest } from '../src/guest.ts';
import { Server } from '../src/server.ts';
import { guest } from '../src/wire.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
});

/** What a server that renders the page knows of the room. */
async function look(server: Server): Promise<InitialState> {
  const { token } = await guest(server.url, 'Renderer');
  const chat = createChatClient({ url: server.url, auth: token, WebSocket });
  await chat.connect('general');
  const state = takeSnapshot(chat, ['general']);
  await chat.disconnect();
  // As it travels.
  return JSON.parse(JSON.stringify(state)) as InitialState;
}

/** The page as text: no client is connected where it is rendered. */
function render(initialState: InitialState): string {
  const chat: ChatClient = createChatClient({ url: '/', auth: () => null });
  return renderToString(
    <StrictMode>
      <Everything chat={chat} initialState={initialState} />
    </StrictMode>,
  );
}

test('E5: every hook and component can be rendered on a server, and taken over with a connection at work', async () => {
  await using server = await Server.start();
  const bob = await Guest.signIn(server.url, 'Bob');
  await bob.join('general');
  for (const text of ['one', 'two']) await bob.send('general', text);
  const initialState = await look(server);
  const html = render(initialState);
  expect(html).toContain('<li>one</li><li>two</li>');
  expect(html).toContain('<h2>General</h2>');

  const { token } = await guest(server.url, 'Ada');
  const initial = JSON.stringify(initialState).replaceAll('<', '\\u003c');
  const body = `<div id="root">${html}</div><script type="application/json" id="initial">${initial}</script>`;
  const { page, problems } = await embed(browser, server, await bundlePage('hydrate.tsx', 'development'), {
    hash: `#token=${token}`,
    body,
  });
  const hooks = page.getByRole('region', { name: 'hooks' });
  await hooks.getByText('connected', { exact: true }).waitFor();
  await bob.send('general', 'three');
  for (const list of ['all', 'one by one']) {
    const items = hooks.getByRole('list', { name: list }).getByRole('listitem');
    await expect.poll(() => items.allTextContents()).toEqual(['one', 'two', 'three']);
  }
  await page.locator('.ap-window').first().getByRole('article').filter({ hasText: 'three' }).waitFor();
  // Text that does not fit would have been told here.
  expect(problems).toEqual([]);
});
