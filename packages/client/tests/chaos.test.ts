/** B11, F2, F8: a line that breaks at any moment, anywhere in a frame: nothing lost, doubled or out of order. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Room, textOf } from '../src/index.ts';
import { chance } from './random.ts';
import { enter, Stage, until } from './stage.ts';

const WORDS = ['one ', 'zwei ', '三 ', '🌍 ', 'ünf '];
const TURNS = 200;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

/** What a room shows, in words that can be compared. */
function shown({ messages }: Room): string[] {
  return messages.map((message) => `${message.seq} ${message.id} ${message.status} ${textOf(message)}`);
}

test('a client in trouble ends up with exactly what one without has', { timeout: 180_000 }, async () => {
  const dice = chance();
  const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob', { url: stage.server.url })];
  const id = await stage.room(bob);
  let talking = true;
  await stage.bot(
    bob,
    id,
    async (run) => {
      while (talking) {
        await run.reply.text(dice.pick(WORDS));
        await sleep(dice.between(0, 5));
      }
    },
    { id: 'talker' },
  );
  const [room, other] = [await enter(ada, id, { history: 200 }), await enter(bob, id, { history: 200 })];
  const told: string[] = [];
  room.onMessage(({ key }) => told.push(key));
  const sendings = [room.sendMessage('@talker talk')];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const luck = dice.next();
    if (luck < 0.05) stage.cut();
    else if (luck < 0.1) stage.proxy.resetAfter(dice.pick(['up', 'down']), dice.between(1, 2_000));
    else if (luck < 0.3) other.sendMessage(`bob ${turn}`);
    else if (luck < 0.5) sendings.push(room.sendMessage(`ada ${turn}`));
    await sleep(dice.between(0, 20));
  }
  stage.proxy.heal();
  talking = false;
  const hint = `seed ${dice.seed}`;
  const stored = await Promise.all(sendings.map(({ settled }) => settled));
  await until(() => expect(bob.chat.queued).toBe(0));
  await until(() => {
    expect(shown(room), hint).toEqual(shown(other));
    expect(shown(room).join(), hint).not.toContain('streaming');
  });
  // In the order in which they were said, each under the key that it was shown with from the start.
  expect(
    stored.map(({ key }) => key),
    hint,
  ).toEqual(sendings.map(({ key }) => key));
  const positions = stored.map(({ seq }) => seq!);
  expect(positions, hint).toEqual([...positions].sort((a, b) => a - b));
  const keys = new Set(room.keys);
  expect(keys.size, hint).toBe(room.keys.length);
  expect([...told].sort(), hint).toEqual([...keys].sort());
  expect(stage.proxy.torn, hint).toBeGreaterThan(0);
});
