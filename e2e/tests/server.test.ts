// The real binary by itself: what it acknowledged outlives it, however it ends.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Guest, mintId, type Entry } from '../src/guest.ts';
import { Server } from '../src/server.ts';

const ROOM = 'harbour';

function texts(entries: readonly Entry[]): string[] {
  return entries
    .filter((entry) => entry.type === 'message')
    .map((entry) => entry.message?.parts[0]?.text ?? '');
}

test('A5 B13 F8: what was acknowledged is there after kill -9, in order, once, and a repeat is recognised', async () => {
  await using server = await Server.start();
  const ada = await Guest.signIn(server.url, 'Ada');
  await ada.createRoom(ROOM);
  const ids = Array.from({ length: 40 }, () => mintId());
  const acknowledged: string[] = [];
  // Killed in the middle: the rest is refused, and that is all that may be missing.
  const sending = Promise.allSettled(
    ids.map(async (id, index) => {
      await ada.send(ROOM, `message ${index}`, id);
      acknowledged.push(`message ${index}`);
      if (acknowledged.length === 20) await server.kill();
    }),
  );
  await sending;
  await server.restart();
  const kept = texts(await ada.entries(ROOM));
  expect(new Set(kept).size).toBe(kept.length);
  expect(kept).toEqual(expect.arrayContaining(acknowledged));

  // Everyone repeats what they are not sure of.
  for (const [index, id] of ids.entries()) {
    const sent = await ada.send(ROOM, `message ${index}`, id);
    expect(sent.duplicate ?? false).toBe(kept.includes(`message ${index}`));
  }
  const entries = await ada.entries(ROOM);
  expect(texts(entries)).toHaveLength(ids.length);
  expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, index) => index + 1));
});

test('D12: asked to stop, it ends by itself and says so with its exit code', async () => {
  await using server = await Server.start();
  await Guest.signIn(server.url, 'Ada');
  expect(await server.stop()).toBe(0);
  expect(existsSync(server.data)).toBe(true);
  await server.restart();
  await Guest.signIn(server.url, 'Grace');
});

test('a binary that cannot start tells why', async () => {
  await expect(Server.start({ args: ['--no-such-flag'] })).rejects.toThrow(/ended with .*\n.*no-such-flag/);
});
