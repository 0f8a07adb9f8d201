// The proxy itself: it passes everything on, and each fault is what its name says.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FaultProxy } from '../src/proxy.ts';
import { random, seed } from '../src/random.ts';

const SEED = seed();
const LARGE = 1 << 20;

/** A server that sends back what it gets, and remembers its sockets. */
const server = createServer({ allowHalfOpen: true });
let atServer: Socket[];
let proxy: FaultProxy;

beforeEach(async () => {
  atServer = [];
  server.removeAllListeners('connection').on('connection', (socket) => {
    atServer.push(socket);
    socket.on('error', () => undefined).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await FaultProxy.start((server.address() as AddressInfo).port, SEED);
});

afterEach(async () => {
  await proxy.stop();
  for (const socket of atServer) socket.destroy();
  server.close();
});

async function dial(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  // The proxy resets what a test leaves open.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** The next bytes, however many come at once. */
async function next(socket: Socket): Promise<Buffer> {
  const data = once(socket, 'data') as Promise<[Buffer]>;
  socket.resume();
  const [chunk] = await data;
  socket.pause();
  return chunk;
}

/** Reads until `count` bytes are there. */
async function read(socket: Socket, count: number): Promise<Buffer> {
  let had = Buffer.alloc(0);
  while (had.length < count) had = Buffer.concat([had, await next(socket)]);
  return had;
}

/** How a connection ended: `end` by a FIN, or the code of its error. */
function ending(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? 'error');
    });
    socket.on('end', () => {
      resolve('end');
    });
    socket.resume();
  });
}

async function echoes(socket: Socket, text: string): Promise<void> {
  socket.write(text);
  expect((await read(socket, text.length)).toString()).toBe(text);
}

describe(`a proxy (SEED=${SEED})`, () => {
  test('passes bytes on in both directions, and the end of each', async () => {
    const socket = await dial();
    await echoes(socket, 'hello');
    socket.end('bye');
    expect(await text(socket)).toBe('bye');
  });

  test('delivers the same bytes sliced and delayed', async () => {
    proxy.slice({ least: 1, most: 4096 });
    proxy.delay({ least: 0, most: 1 });
    const choose = random(SEED);
    const sent = Buffer.from(Array.from({ length: 1 << 17 }, () => Math.floor(choose() * 256)));
    const socket = await dial();
    socket.write(sent);
    expect((await read(socket, sent.length)).equals(sent)).toBe(true);
  });

  test('slices into single bytes', async () => {
    const socket = await dial();
    await echoes(socket, 'whole');
    proxy.slice({ least: 1, most: 1 }, 'down');
    proxy.delay({ least: 1, most: 1 }, 'down');
    socket.write('abc');
    const first = await next(socket);
    expect(first.length).toBeLessThan(3);
    expect(first.toString() + (await read(socket, 3 - first.length)).toString()).toBe('abc');
  });

  test('cut ends connections in order, and new ones are welcome', async () => {
    const socket = await dial();
    await echoes(socket, 'hello');
    const ended = ending(socket);
    proxy.cut();
    expect(await ended).toBe('end');
    await echoes(await dial(), 'again');
    expect(proxy.accepted).toBe(2);
  });

  test('reset ends connections with an RST on both sides', async () => {
    const socket = await dial();
    await echoes(socket, 'hello');
    const [other] = atServer;
    const ends = Promise.all([ending(socket), other && ending(other)]);
    proxy.reset();
    expect(await ends).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(proxy.open).toBe(0);
  });

  test('resetAfter lets exactly so many bytes pass, once', async () => {
    const socket = await dial();
    await echoes(socket, 'hello');
    proxy.resetAfter('up', 3);
    const ended = ending(socket);
    const [other] = atServer;
    const before = other?.bytesRead;
    socket.write('abcdef');
    expect(await ended).toBe('ECONNRESET');
    expect(other?.bytesRead).toBe((before ?? 0) + 3);
    await echoes(await dial(), 'a longer text than three bytes');
  });

  test('hold stops the bytes of one direction only, and release delivers them all', async () => {
    const socket = await dial();
    await echoes(socket, 'hello');
    const [other] = atServer;
    proxy.hold('down');
    socket.write('held');
    if (other) await once(other, 'data');
    expect(socket.read()).toBeNull();
    proxy.release('down');
    expect((await read(socket, 4)).toString()).toBe('held');
  });

  test('hold does not take in more than buffers hold: the sender feels it', async () => {
    const socket = await dial();
    await echoes(socket, 'hello');
    proxy.hold('up');
    for (let full = false; !full && socket.writableLength < 64 * LARGE;)
      full = !socket.write(Buffer.alloc(LARGE));
    expect(socket.writableNeedDrain).toBe(true);
    const ended = ending(socket);
    proxy.reset();
    expect(await ended).toMatch(/ECONNRESET|EPIPE/);
  });

  test('refuse resets new connections and leaves open ones alone', async () => {
    const open = await dial();
    await echoes(open, 'hello');
    proxy.refuse();
    const refused = connect(proxy.port, '127.0.0.1');
    expect(await ending(refused)).toBe('ECONNRESET');
    await echoes(open, 'still here');
    proxy.heal();
    await echoes(await dial(), 'welcome');
  });

  test('blockWebSockets answers with 403, or not at all, and lets everything else through', async () => {
    const upgrade = 'GET /v1/ws HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\n\r\n';
    proxy.blockWebSockets('forbid');
    const forbidden = await dial();
    forbidden.write(upgrade);
    expect(await text(forbidden)).toMatch(/^HTTP\/1\.1 403 /);
    proxy.blockWebSockets('swallow');
    const swallowed = await dial();
    swallowed.write(upgrade);
    await expect.poll(() => proxy.blocked).toBe(2);
    await echoes(await dial(), 'GET /v1/sse HTTP/1.1\r\n\r\n');
    expect([swallowed.read(), swallowed.closed, atServer[1]?.bytesRead]).toEqual([null, false, 0]);
    proxy.heal();
    await echoes(await dial(), upgrade);
  });

  test('a server that is not there resets the client', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    proxy.retarget((gone.address() as AddressInfo).port);
    gone.close();
    const socket = connect(proxy.port, '127.0.0.1');
    expect(await ending(socket)).toBe('ECONNRESET');
  });

  test('stop leaves nothing open', async () => {
    const socket = await dial();
    await echoes(socket, 'hello');
    proxy.hold();
    const ended = ending(socket);
    await proxy.stop();
    expect(await ended).toBe('ECONNRESET');
    expect(proxy.open).toBe(0);
  });
});

test('the same seed gives the same choices', () => {
  const [first, second, other] = [random(SEED), random(SEED), random(SEED + 1)];
  const draw = (choose: () => number) => Array.from({ length: 8 }, choose);
  const drawn = draw(first);
  expect(draw(second)).toEqual(drawn);
  expect(draw(other)).not.toEqual(drawn);
});
