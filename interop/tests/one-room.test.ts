// F1, F8, F11: a plain WebSocket, event streams of the room and of all rooms, pollers, a stock client of Socket.IO and the SDK are in
// one room, and each of them loses its connection at random while people speak. In the end each was told the same log, every
// entry once and in order.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createChatClient, textOf } from '@antiphon/client';
import { FaultProxy } from '@antiphon/e2e/proxy';
import { between, random, seed } from '@antiphon/e2e/random';
import { guest, rest, Wire, wholeLog, type Frame, type Guest } from '@antiphon/e2e/wire';
import WebSocket from 'ws';
import { expect, test } from 'vitest';
import { antiphon } from '../src/antiphon.ts';
import { QUICK_HEARTBEAT, Stock } from '../src/stock.ts';
import {
  AllRoomsView,
  breaks,
  EventStreamView,
  LongPollingView,
  PollingView,
  SocketIoView,
  WebSocketView,
  type Place,
  type View,
} from '../src/views.ts';

const SEED = seed();
const ROOM = 'general';
/** What each of them says. */
const MESSAGES = 60;
/** How long each of them thinks before the next one, at most: so that the network breaks between any two steps. */
const THOUGHT_MS = 40;
const PATIENCE_MS = 60_000;

/** Says it until it is heard: the same id is the same message. */
type Say = (id: string, text: string) => Promise<void>;

function sayByWebSocket({ proxy, room, who }: Place): Say {
  return async (id, text) => {
    for (;;) {
      const wire = await Wire.open(proxy.origin, who).catch(() => undefined);
      const answer = await wire?.say(room, text, id);
      wire?.close();
      if (answer?.type === 'ok') return;
      await sleep(10);
    }
  };
}

function sayByRest({ proxy, room, who }: { proxy: { origin: string }; room: string; who: Guest }): Say {
  return async (id, text) => {
    const said = (): Promise<unknown> => rest(proxy.origin, who, `/rooms/${room}/messages`, { id, text });
    while (
      !(await said().then(
        () => true,
        () => false,
      ))
    )
      await sleep(10);
  };
}

function sayBySocketIo({ proxy, room, who }: Place): Say & Disposable {
  const stock = Stock.begin(proxy.origin, who, { retries: 500, ackTimeout: 1_000 });
  const say: Say = async (id, text) => {
    await stock.done('send_message', { room, id, text });
  };
  return Object.assign(say, {
    [Symbol.dispose]: () => {
      stock[Symbol.dispose]();
    },
  });
}

/** Someone's way into the room, through a network of their own. */
async function place(port: number, url: string, name: string, nth: number): Promise<Place> {
  const proxy = await FaultProxy.start(port, SEED + nth);
  return { proxy, room: ROOM, who: await guest(url, name) };
}

/** Changes some of what was said, straight to the server. */
async function changes(url: string, who: Guest, said: readonly string[]): Promise<void> {
  const chance = random(SEED);
  const ask = (type: string, path: string, body: unknown): Promise<Response> =>
    fetch(`${url}/v1/rooms/${ROOM}/messages/${path}`, {
      method: type,
      headers: { authorization: `Bearer ${who.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  for (const id of said) {
    const which = between(chance, 0, 3);
    if (which === 0) await ask('PATCH', id, { text: `${id} changed` });
    if (which === 1) await ask('DELETE', id, undefined);
    if (which === 2) await ask('PUT', `${id}/reactions/%F0%9F%91%8D`, undefined);
  }
}

test(
  'clients of every kind see the same log, whatever happens to their connections',
  { timeout: PATIENCE_MS * 2 },
  async () => {
    console.log(`SEED=${SEED}`);
    await using server = await antiphon([], { settings: QUICK_HEARTBEAT });
    const { port, url } = server;
    const places = await Promise.all(
      ['socket', 'stream', 'poll', 'stock', 'sdk', 'all', 'long poll'].map((name, nth) =>
        place(port, url, name, nth),
      ),
    );
    const [socket, stream, poll, stock, sdk, all, longPoll] = places as [
      Place,
      Place,
      Place,
      Place,
      Place,
      Place,
      Place,
    ];
    const views: View[] = [
      new WebSocketView(socket),
      new EventStreamView(stream),
      new PollingView(poll),
      new SocketIoView(stock),
      new AllRoomsView(all),
      new LongPollingView(longPoll),
    ];
    // Membership comes first: what follows is for everyone.
    for (const { who } of places) await rest(url, who, `/rooms/${ROOM}/join`, {});
    const living = views.map((view) => view.live());
    const chat = createChatClient({
      url: sdk.proxy.origin,
      auth: sdk.who.token,
      WebSocket,
      reconnect: { minMs: 20, maxMs: 100 },
    });
    await chat.connect();
    const room = chat.joinRoom(ROOM);
    await room.ready;
    const order: string[] = [];
    room.onMessage(({ id }) => void order.push(id));
    // Everyone is in before the network begins to break.
    const patience = { timeout: PATIENCE_MS };
    await expect.poll(() => views.every(({ entered }) => entered), patience).toBe(true);
    const marker = randomUUID();
    await sayByRest({ ...socket, proxy: { origin: url } })(marker, 'everyone is here');
    const marked = (await wholeLog(url, socket.who, ROOM)).at(-1)?.seq ?? 0;

    let calm = false;
    const breaking = places.map(({ proxy }, nth) => breaks(proxy, random(SEED + 100 + nth), () => calm));
    using byStock = sayBySocketIo(stock);
    const bySdk: Say = async (id, text) => {
      await chat.sendMessage(ROOM, { key: id, text }).settled;
    };
    const speakers: [Place, Say][] = [
      [socket, sayByWebSocket(socket)],
      [poll, sayByRest(poll)],
      [stock, byStock],
      [sdk, bySdk],
    ];
    const said = await Promise.all(
      speakers.map(async ([{ who }, say], nth) => {
        const ids = Array.from({ length: MESSAGES }, () => randomUUID());
        const chance = random(SEED + 200 + nth);
        for (const [count, id] of ids.entries()) {
          await sleep(between(chance, 0, THOUGHT_MS));
          await say(id, `${who.user.name} ${count}`);
        }
        await changes(url, who, nth % 2 === 0 ? ids : ids.slice(0, 5));
        return ids;
      }),
    );
    calm = true;
    // Nothing is shown if nothing broke.
    for (const { proxy } of places) expect(proxy.accepted).toBeGreaterThan(3);
    await Promise.all(breaking);

    const log = await wholeLog(url, socket.who, ROOM);
    const head = log.at(-1)?.seq ?? 0;
    await expect.poll(() => views.map((view) => view.head), patience).toEqual(views.map(() => head));
    const entries = log.map(({ seq = 0, type }) => ({ seq, line: `${seq} ${type}` }));
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    for (const view of views) {
      const since = Number(view.seen[0]?.split(' ')[0]);
      expect(since).toBeLessThanOrEqual(marked);
      expect(view.seen, view.constructor.name).toEqual(
        entries.filter(({ seq }) => seq >= since).map(({ line }) => line),
      );
    }

    const messages = log.filter(({ type }) => type === 'message').map((entry) => entry['message'] as Frame);
    const shown = messages.map((message) => [message['id'], message['deleted_at'] !== undefined]);
    await expect
      .poll(() => room.messages.map((message) => [message.id, message.deletedAt !== undefined]), {
        timeout: PATIENCE_MS,
      })
      .toEqual(shown);
    const words = new Map(messages.map((message) => [message['id'], message['parts'] as { text: string }[]]));
    for (const message of room.messages) {
      const wanted = words.get(message.id) ?? [];
      expect(textOf(message)).toBe(wanted.map(({ text }) => text).join(''));
    }
    const later = messages.map(({ id }) => id).slice(messages.length - order.length);
    expect(order).toEqual(later);
    // Each was said once, by those who said it.
    const ids = messages.map((message) => message['id']);
    for (const id of said.flat()) expect(ids.filter((other) => other === id)).toHaveLength(1);

    for (const view of views) view.end();
    await chat.disconnect();
    for (const { proxy } of places) await proxy[Symbol.asyncDispose]();
    await Promise.all(living);
  },
);
