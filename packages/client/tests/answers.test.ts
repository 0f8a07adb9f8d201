/** B7, F2: answers that grow, over a line that loses, changes and breaks off pieces of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textOf } from '../src/index.ts';
import { faulty, type Faults, once } from './faulty-socket.ts';
import { enter, type Person, Stage, until } from './stage.ts';

const PIECES = ['Grüße ', '🌍 und ', '漢字, ', 'bis zu den ', 'Sternen'];
const WHOLE = PIECES.join('');

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

/** A bot that says one piece each time it is told to. */
async function speaker(owner: Person, room: string): Promise<{ say: () => void }> {
  const steps: (() => void)[] = [];
  const waits = PIECES.map(() => new Promise<void>((resolve) => steps.push(resolve)));
  await stage.bot(
    owner,
    room,
    async (run) => {
      for (const [index, piece] of PIECES.entries()) {
        await waits[index];
        await run.reply.text(piece);
      }
    },
    { trigger: { on: 'always' } },
  );
  let said = 0;
  return { say: () => steps[said++]?.() };
}

/** Someone who asked such a bot, and what its answer says. */
async function asked(faults: Faults = {}) {
  const ada = await stage.person('Ada', { WebSocket: faulty(faults) });
  const id = await stage.room(ada);
  const bot = await speaker(ada, id);
  const room = await enter(ada, id);
  await room.sendMessage('speak').settled;
  const answer = () => room.messages.find(({ own }) => !own);
  const reads = (text: string) => until(() => expect(answer() && textOf(answer()!)).toBe(text));
  return { ada, id, room, bot, answer, reads };
}

test('text grows, survives cuts in the middle, and is checked at its end', async () => {
  const { ada, id, room, bot, answer, reads } = await asked();
  const whole: string[] = [];
  // The question itself may only now be shown.
  room.onMessage((message) => message.own || whole.push(textOf(message)));
  const fetched = await stage.asked('get_message');
  for (let n = 1; n <= PIECES.length; n += 1) {
    bot.say();
    await reads(PIECES.slice(0, n).join(''));
    stage.cut();
  }
  await until(() =>
    expect(answer()).toMatchObject({ status: 'complete', parts: [{ type: 'text', text: WHOLE }] }),
  );
  await until(() => expect(whole).toEqual([WHOLE]));
  expect(await stage.asked('get_message')).toBe(fetched);
  const entries = await stage.log(ada, id);
  expect(entries.filter(({ type }) => type === 'message_completed')).toHaveLength(1);
});

test('a piece that is lost on its way is asked for, by offset', async () => {
  const faults: Faults = {};
  const joins: unknown[] = [];
  faults.say = (frame) => (frame.type === 'join_room' && joins.push(frame['streams']), frame);
  const { bot, answer, reads } = await asked(faults);
  bot.say();
  await reads('Grüße ');
  let losses = 0;
  faults.hear = once(
    ({ type }) => type === 'append',
    () => ((losses += 1), 'lost'),
  );
  bot.say();
  await until(() => expect(losses).toBe(1));
  bot.say();
  await reads('Grüße 🌍 und 漢字, ');
  expect(joins.at(-1)).toMatchObject([
    { message_id: answer()?.id, part: 0, at: new TextEncoder().encode('Grüße ').length },
  ]);
});

test('a text that does not sum up is fetched whole', async () => {
  const faults: Faults = {};
  const { bot, reads, answer } = await asked(faults);
  const fetched = await stage.asked('get_message');
  faults.hear = once(
    ({ type }) => type === 'append',
    (frame) => ({ ...frame, text: String(frame['text']).replace('G', 'g') }),
  );
  bot.say();
  await reads('grüße ');
  PIECES.forEach(() => bot.say());
  await until(() => expect(answer()).toMatchObject({ status: 'complete', parts: [{ text: WHOLE }] }));
  expect(await stage.asked('get_message')).toBe(fetched + 1);
});

test('another attempt voids all text of the one before it', async () => {
  const ada = await stage.person('Ada');
  const id = await stage.room(ada);
  const attempt = { first: true };
  const bot = await stage.bot(
    ada,
    id,
    async (run) => {
      if (!attempt.first) return run.reply.text('whole');
      attempt.first = false;
      await run.reply.text('half of the first');
      await run.reply.reasoning('and a thought');
      return new Promise(() => undefined);
    },
    { id: 'twice', attempts: 2 },
  );
  const room = await enter(ada, id);
  await room.sendMessage('@twice please').settled;
  const parts = () => room.messages.find(({ own }) => !own)?.parts;
  await until(() => expect(parts()?.map(({ type }) => type)).toEqual(['text', 'reasoning']));
  await bot.close({ drainMs: 0 });
  await stage.bot(ada, id, (run) => run.reply.text('whole'), { id: 'twice', attempts: 2 });
  await until(() => expect(parts()?.[0]).toEqual({ type: 'text', text: 'whole' }));
  expect(JSON.stringify(parts())).not.toMatch(/half|thought/);
  await until(() => expect(room.getRun(room.messages.find(({ own }) => !own)!.run!)?.attempt).toBe(2));
});

test('a part that others may see only is known to be there, and is not taken for torn', async () => {
  const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob')];
  const id = await stage.room(ada);
  await stage.bot(
    ada,
    id,
    async (run) => {
      await run.reply.reasoning('for the owner only', { visibleTo: 'owner' });
      await run.reply.text('for all');
    },
    { id: 'secretive' },
  );
  const [owner, room] = [await enter(ada, id), await enter(bob, id)];
  const fetched = await stage.asked('get_message');
  await room.sendMessage('@secretive well?').settled;
  const answer = (at: typeof room) => at.messages.find(({ sender }) => sender === 'secretive');
  await until(() => expect([answer(room)?.status, answer(owner)?.status]).toEqual(['complete', 'complete']));
  expect(answer(room)?.parts).toEqual([
    { type: 'reasoning', text: '', visibleTo: 'owner' },
    { type: 'text', text: 'for all' },
  ]);
  expect(answer(owner)?.parts[0]).toMatchObject({ text: 'for the owner only' });
  expect(await stage.asked('get_message')).toBe(fetched);
});
