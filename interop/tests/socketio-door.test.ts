// What the Socket.IO door lets in, refuses, and ends (A1, D1, D12, B14, B16; FAULTS 54–69, 72).
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { meter } from '@antiphon/e2e/meters';
import { guest } from '@antiphon/e2e/wire';
import { expect, test } from 'vitest';
import { account } from '../src/account.ts';
import { antiphon } from '../src/antiphon.ts';
import { Stock } from '../src/stock.ts';

/** Why a client is not let in. */
async function refusal(stock: Stock): Promise<Error & { data?: Record<string, unknown> }> {
  return new Promise((resolve) => stock.socket.once('connect_error', resolve));
}

/** The first request of long-polling, from a page of this origin. */
async function handshake(url: string, origin?: string): Promise<Response> {
  const headers = origin === undefined ? {} : { origin };
  return fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers });
}

test('D1: the token is judged at the handshake, and who is refused is told why', async () => {
  await using server = await antiphon();
  for (const [auth, code, retryable] of [
    [{}, 'unauthenticated', false],
    [{ token: 7 }, 'unauthenticated', false],
    [{ token: 'x.y.z' }, 'token_refused', false],
    [{ token: account('ada', 'Ada', -600).token }, 'token_expired', false],
  ] as const) {
    using stock = Stock.begin(server.url, undefined, { auth });
    const error = await refusal(stock);
    expect(error.data).toMatchObject({ code, retryable });
    expect(error.message).toBe(error.data?.['message']);
    // A stock client does not come back by itself from that.
    expect(stock.socket.active).toBe(false);
  }
  expect(await meter(server, 'antiphon_open{door="socket_io"}')).toBe(0);
});

test('B14: what makes no sense is refused with a reason, and the client goes on', async () => {
  await using server = await antiphon();
  using stock = await Stock.connect(server.url, await guest(server.url, 'Mara'));
  await stock.done('join_room', 'general');
  const room_id = 'general';
  for (const [event, payload, code] of [
    ['fly', {}, 'unknown_type'],
    ['serve_runs', {}, 'unknown_type'],
    ['send_message', { room_id }, 'bad_request'],
    ['send_message', 'general', 'bad_request'],
    ['send_message', { room_id, text: 'x'.repeat(64 * 1024 + 1) }, 'too_large'],
    ['send_message', { room_id: 'nowhere', text: 'x' }, 'not_found'],
    ['join_room', 7, 'bad_request'],
    ['join_bot', { bot_id: 'nobody' }, 'not_found'],
    ['chat:message', { session_id: '../x', message: 'x' }, 'bad_request'],
  ] as const) {
    expect(await stock.ask(event, payload), event).toMatchObject({ ok: false, code });
  }
  const file = { room_id, text: 'x', file: Buffer.from('bytes') };
  expect(await stock.ask('send_message', file)).toMatchObject({ ok: false, code: 'binary_refused' });
  stock.socket.emit('send_message', { room_id });
  await stock.hears('error', ({ event, code }) => event === 'send_message' && code === 'bad_request');
  await stock.done('send_message', { room_id, text: 'still here' });
  await stock.hears('message', ({ text }) => text === 'still here');
  expect(stock.texts('general')).toEqual(['still here']);
});

test('B14: a client that says nothing but nonsense is sent away', async () => {
  await using server = await antiphon();
  using stock = await Stock.connect(server.url, account('ada'));
  for (let at = 0; at < 60; at += 1) stock.socket.emit('fly');
  await stock.until('its end', () => stock.disconnects.length > 0);
  expect(stock.disconnects).toEqual(['io server disconnect']);
  expect(stock.all('bye')).toMatchObject([{ reconnect: false }]);
});

test('FAULTS 72: one bucket for a user, whichever door they come through', async () => {
  await using server = await antiphon([], { settings: { limits: { requests_per_second: 2 } } });
  const ada = account('ada');
  using stock = await Stock.connect(server.url, ada);
  const answers = await Promise.all(Array.from({ length: 30 }, () => stock.ask('list_bots')));
  const refused = answers.filter(({ ok }) => !ok);
  expect(refused.length).toBeGreaterThan(5);
  expect(refused[0]).toMatchObject({ code: 'rate_limited', retryable: true });
  expect(refused[0]?.['retry_after_ms']).toBeGreaterThan(0);
  const headers = { authorization: `Bearer ${ada.token}` };
  expect((await fetch(`${server.url}/v1/bots`, { headers })).status).toBe(429);
});

test('D12 E1: connections count as at every other door, and are gone when they are gone', async () => {
  await using server = await antiphon([], { settings: { limits: { connections_per_user: 2 } } });
  const ada = account('ada');
  const open = () => meter(server, 'antiphon_open{door="socket_io"}');
  using first = await Stock.connect(server.url, ada, { transports: ['websocket'] });
  using second = await Stock.connect(server.url, ada, { transports: ['polling'] });
  using third = Stock.begin(server.url, ada);
  expect((await refusal(third)).data).toMatchObject({ code: 'too_many', limit: 2 });
  expect(await open()).toBe(2);
  expect(await meter(server, 'antiphon_requests_total{door="socket_io",request="authenticate"}')).toBe(3);
  first.socket.disconnect();
  second.socket.disconnect();
  await expect.poll(open).toBe(0);
  using again = await Stock.connect(server.url, ada);
  await again.done('join_room', 'general');
});

test('B13: a server that stops says so, and its clients are back when it is', async () => {
  await using server = await antiphon();
  using over = await Stock.connect(server.url, account('ada'), { transports: ['websocket'] });
  using polling = await Stock.connect(server.url, account('ben'), { transports: ['polling'] });
  for (const each of [over, polling]) await each.done('join_room', 'general');
  expect(await server.stop()).toBe(0);
  for (const each of [over, polling]) await each.until('a cut', () => each.disconnects.length > 0);
  expect(over.disconnects).toEqual(['transport close']);
  expect(over.all('bye')).toMatchObject([{ reconnect: true }]);
  // Between two polls it may have found nobody, which is the same to it.
  expect(['transport close', 'transport error']).toContain(polling.disconnects[0]);
  await server.restart();
  for (const each of [over, polling]) {
    await each.until('back again', () => each.socket.connected);
    expect(each.socket.recovered).toBe(true);
  }
  await over.done('send_message', { room_id: 'general', text: 'hello again' });
  await polling.hears('message', ({ text }) => text === 'hello again');
});

test('B16: a token is renewed in band; who does not renew it is sent away', async () => {
  const timers = { expiry_warning_ms: 2_000, expiry_grace_ms: 500 };
  await using server = await antiphon([], { settings: { timers } });
  const brief = () => account('ada', 'Ada', 3);
  using careful = await Stock.connect(server.url, brief());
  using careless = await Stock.connect(server.url, brief());
  await careful.hears('token_expiring');
  expect(await careful.ask('authenticate', { token: account('ben').token })).toMatchObject({
    ok: false,
    code: 'token_refused',
  });
  await careful.until('its end', () => careful.disconnects.length > 0);
  using renewed = await Stock.connect(server.url, brief());
  await renewed.hears('token_expiring');
  expect(await renewed.done('authenticate', { token: account('ada').token })).toMatchObject({
    expires_at: expect.any(String) as string,
  });
  await careless.until('its end', () => careless.disconnects.length > 0);
  expect(careless.disconnects).toEqual(['io server disconnect']);
  expect(careless.all('bye')).toMatchObject([{ reconnect: false }]);
  await sleep(2_000);
  expect(renewed.disconnects).toEqual([]);
  await renewed.done('join_room', 'general');
});

test('FAULTS 69: pages of other origins are refused, those of allowed ones are let in', async () => {
  const settings = { allowed_origins: ['https://app.example'] };
  await using server = await antiphon([], { settings });
  const foreign = await handshake(server.url, 'https://evil.example');
  expect(foreign.status).toBe(403);
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  const allowed = await handshake(server.url, 'https://app.example');
  expect(allowed.status).toBe(200);
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example');
  expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
  const extraHeaders = { origin: 'https://evil.example' };
  using socket = Stock.begin(server.url, account('ada'), { transports: ['websocket'], extraHeaders });
  expect((await refusal(socket)).message).toBe('websocket error');
  expect((await handshake(server.url)).status).toBe(200);
});

test('FAULTS 55–57: the door keeps to its protocol, and its public id opens nothing', async () => {
  await using server = await antiphon();
  const ask = async (query: string): Promise<unknown> => {
    const answer = await fetch(`${server.url}/socket.io/?${query}`);
    return [answer.status, await answer.json()];
  };
  expect(await ask('EIO=3&transport=polling')).toMatchObject([400, { code: 5 }]);
  expect(await ask('EIO=4&transport=__proto__')).toMatchObject([400, { code: 0 }]);
  expect(await ask(`EIO=4&transport=polling&sid=${randomUUID()}`)).toMatchObject([400, { code: 1 }]);
  using stock = await Stock.connect(server.url, account('ada'), { transports: ['polling'] });
  expect(await ask(`EIO=4&transport=polling&sid=${stock.socket.id!}`)).toMatchObject([400, { code: 1 }]);
  await stock.done('list_rooms');
});

test('B16: people behind one address come in over long-polling, however many they are', async () => {
  // This machine is no proxy here, whose connections would not be counted.
  const settings = { connections: { unauthenticated_per_address: 4 }, trusted_proxies: [] };
  await using server = await antiphon([], { settings });
  const people = Array.from({ length: 12 }, (_, at) => account(`user-${at}`));
  const stocks: Stock[] = [];
  // A connection for each request, as from twelve machines.
  const agent = new Agent({ keepAlive: false }) as unknown as string;
  try {
    for (const who of people)
      stocks.push(await Stock.connect(server.url, who, { transports: ['polling'], agent }));
    for (const stock of stocks) await stock.done('list_rooms');
    expect(stocks.flatMap(({ disconnects }) => disconnects)).toEqual([]);
  } finally {
    for (const stock of stocks) stock.socket.disconnect();
  }
});
