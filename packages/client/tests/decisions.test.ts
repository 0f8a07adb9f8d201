/** F6: what bots ask people: told to all, decided once, and known whichever way the log is read. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listGrants, revokeGrant } from '../src/bots.ts';
import { enter, Stage, until } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

test('a question is pending until somebody answers, and whoever comes second is told what counts', async () => {
  const [ada, bob] = [await stage.person('Ada'), await stage.person('Bob')];
  const id = await stage.room(ada);
  const answers: unknown[] = [];
  await stage.bot(
    ada,
    id,
    async (run) => {
      const schema = { type: 'object', properties: { day: { type: 'string' } } } as const;
      const { content } = await run.ask({ prompt: 'Which day?', schema, role: 'member' });
      answers.push(content);
    },
    { id: 'curious' },
  );
  const [room, other] = [await enter(ada, id), await enter(bob, id)];
  await room.sendMessage('@curious plan it').settled;
  await until(() => expect([room.approvals.pending.length, other.approvals.pending.length]).toEqual([1, 1]));
  const [approval] = room.approvals.pending;
  expect(approval).toMatchObject({
    kind: 'question',
    prompt: 'Which day?',
    bot: 'curious',
    scopes: expect.any(Array) as unknown,
  });
  expect(approval!.deadline).toBeGreaterThan(Date.now());
  const pictures = [room.approvals.all, room.approvals.pending];
  expect([room.approvals.all, room.approvals.pending]).toEqual(pictures);
  expect(room.approvals.all).toBe(pictures[0]);

  const decided = await other.approvals.decide(approval!.id, {
    action: 'answer',
    content: { day: 'Friday' },
  });
  expect(decided).toMatchObject({ accepted: true, decision: { by: bob.who.user.id } });
  const late = await room.approvals.decide(approval!.id, { action: 'deny', reason: 'too early' });
  expect(late).toMatchObject({ accepted: false, decision: { action: 'answer', by: bob.who.user.id } });
  await until(() => expect(room.approvals.pending).toEqual([]));
  expect(room.approvals.get(approval!.id)?.decision).toMatchObject({ by: bob.who.user.id, cause: 'person' });
  await until(() => expect(answers).toEqual([{ day: 'Friday' }]));
});

test('read backwards, the answer is known before the question', async () => {
  const ada = await stage.person('Ada');
  const id = await stage.room(ada);
  await stage.bot(ada, id, (run) => run.ask({ prompt: 'Really?' }), { id: 'doubtful' });
  const room = await enter(ada, id);
  await room.sendMessage('@doubtful go').settled;
  await until(() => expect(room.approvals.pending).toHaveLength(1));
  const question = room.approvals.pending[0]!.id;
  for (let n = 0; n < 40; n += 1) room.sendMessage(`${n}`);
  await until(() => expect(ada.chat.queued).toBe(0));
  await room.approvals.decide(question, { action: 'approve' });
  await until(() => expect(room.runs).toEqual([]));
  const late = await enter(await stage.person('Late'), id, { history: 20 });
  expect(late.approvals.get(question)).toBeUndefined();
  await late.loadOlder();
  expect(late.approvals.get(question)).toMatchObject({
    prompt: 'Really?',
    decision: { by: ada.who.user.id },
  });
  expect(late.approvals.pending).toEqual([]);
});

test('what was allowed for longer is listed, and taken back', async () => {
  const ada = await stage.person('Ada');
  const id = await stage.room(ada);
  await ada.chat.ask({ type: 'invite', room: id, users: ['demo'] });
  const room = await enter(ada, id);
  await room.sendMessage('@demo launch').settled;
  await until(() => expect(room.approvals.pending).toHaveLength(1));
  await room.approvals.decide(room.approvals.pending[0]!.id, { action: 'approve', scope: 'session' });
  const grants = await listGrants(ada.chat, { room: id });
  expect(grants).toMatchObject([{ bot: 'demo', scope: 'session', room: id, by: ada.who.user.id }]);
  await revokeGrant(ada.chat, grants[0]!);
  expect(await listGrants(ada.chat, { room: id })).toEqual([]);
});
