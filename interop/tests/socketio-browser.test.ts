// The browser's bundle of `socket.io-client`, in a page of another origin: it signs in, joins and sends (A1, D1).
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { openBrowser, visit } from '@antiphon/e2e/browser';
import { expect, test } from 'vitest';
import { account } from '../src/account.ts';
import { antiphon } from '../src/antiphon.ts';
import { Chat } from '../src/chat.ts';

const PACKAGE = dirname(createRequire(import.meta.url).resolve('socket.io-client/package.json'));

/** A page at an address of its own, with the client as it was published. */
async function page(): Promise<AsyncDisposable & { readonly origin: string }> {
  const bundle = await readFile(join(PACKAGE, 'dist/socket.io.min.js'));
  const server = createServer((request, response) => {
    if (request.url === '/socket.io.min.js') {
      response.setHeader('content-type', 'text/javascript').end(bundle);
      return;
    }
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><link rel="icon" href="data:,"><script src="/socket.io.min.js"></script>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('A1 D1: a page of an allowed origin talks in a room over both transports, one of another does not', async () => {
  await using app = await page();
  await using stranger = await page();
  await using server = await antiphon([], { settings: { allowed_origins: [app.origin] } });
  using chat = await Chat.in(server);
  await using browser = await openBrowser();

  const talk = async ([url, token]: readonly [string, string]): Promise<unknown> => {
    const { io } = globalThis as unknown as { io: (url: string, options: object) => Client };
    interface Client {
      on(event: string, listener: (payload: { text: string; message: string }) => void): void;
      emitWithAck(event: string, fields: object): Promise<{ ok: boolean }>;
      io: { engine: { transport: { name: string }; once(event: string, listener: () => void): void } };
    }
    const socket = io(url, { auth: { token }, reconnection: false });
    const refused = new Promise<string>((resolve) =>
      socket.on('connect_error', ({ message }) => resolve(message)),
    );
    const heard = new Promise<string>((resolve) => {
      socket.on('message', ({ text }) => text === 'to the page' && resolve(text));
    });
    const joined = await Promise.race([refused, socket.emitWithAck('join_room', { room_id: 'general' })]);
    if (typeof joined === 'string') return joined;
    const { engine } = socket.io;
    if (engine.transport.name !== 'websocket')
      await new Promise<void>((done) => engine.once('upgrade', done));
    const sent = await socket.emitWithAck('send_message', { room_id: 'general', text: 'from the page' });
    return { joined: joined.ok, sent: sent.ok, heard: await heard, transport: engine.transport.name };
  };

  const { page: ours, problems } = await visit(browser, app.origin);
  const talking = ours.evaluate(talk, [server.url, account('ada').token] as const);
  await chat.frame('its words', ({ type, by }) => type === 'message' && by === 'ada');
  await chat.say('to the page');
  expect(await talking).toEqual({ joined: true, sent: true, heard: 'to the page', transport: 'websocket' });
  expect(problems).toEqual([]);

  const { page: theirs } = await visit(browser, stranger.origin);
  const refused = await theirs.evaluate(talk, [server.url, account('eve').token] as const);
  expect(refused).toBe('xhr poll error');
});
