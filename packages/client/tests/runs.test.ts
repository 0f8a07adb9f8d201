/** B4, B5, B8, F4, F5: agents at work as the SDK shows them: runs, queues, tools, and how they are stopped. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Run as BotRun } from '@antiphon/bot';
import { getBot, removeBot, rotateBotToken } from '../src/bots.ts';
import { directoryOf } from '../src/directory.ts';
import type { Room, ToolExecution } from '../src/index.ts';
import { faulty, type Faults, once } from './faulty-socket.ts';
import { enter, type Person, Stage, texts, until } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ ANTIPHON_LIMITS__CHAIN_HOPS: '1' });
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

/** Works until it is stopped. */
function untilStopped(run: { signal: AbortSignal }): Promise<never> {
  return new Promise((_, reject) =>
    run.signal.addEventListener('abort', () => reject(run.signal.reason as Error)),
  );
}

/** Someone in a room with a bot that works like this. */
async function withBot(
  work: (run: BotRun) => unknown,
  { faults = {}, ...spec }: { id: string; queue?: number; faults?: Faults } & Record<string, unknown>,
): Promise<{ ada: Person; id: string; room: Room }> {
  const ada = await stage.person('Ada', { WebSocket: faulty(faults) });
  const id = await stage.room(ada);
  await stage.bot(ada, id, work, spec);
  return { ada, id, room: await enter(ada, id) };
}

describe('a run', () => {
  test('tells its attempt, who stops it and what came of it, and what it cost', async () => {
    const { ada, room } = await withBot(
      async (run) => {
        run.usage({ model: 'm', input_tokens: 7, output_tokens: 3 });
        await run.status('thinking');
        await untilStopped(run);
      },
      { id: 'thinker' },
    );
    await room.sendMessage('@thinker think').settled;
    await until(() => expect(room.runs[0]).toMatchObject({ state: 'thinking', attempt: 1, bot: 'thinker' }));
    const [run] = room.runs;
    await run!.cancel();
    await until(() => expect(room.runs).toEqual([]));
    expect(room.getRun(run!.id)).toMatchObject({
      state: 'cancelled',
      triggeredBy: ada.who.user.id,
      cancellation: { by: ada.who.user.id, outcome: 'stopped' },
      usage: [{ model: 'm', inputTokens: 7, outputTokens: 3 }],
    });
    expect(room.getRun(run!.id)!.endedAt! >= run!.startedAt!).toBe(true);
  });

  test('from before the first page is known from the join', async () => {
    const { id, room } = await withBot(untilStopped, { id: 'patient' });
    await room.sendMessage('@patient wait').settled;
    await until(() => expect(room.runs[0]?.state).toBe('processing'));
    for (let n = 0; n < 20; n += 1) await room.sendMessage(`${n}`).settled;
    const late = await enter(await stage.person('Late'), id, { history: 5 });
    expect(late.runs).toMatchObject([{ bot: 'patient', state: 'processing' }]);
  });

  test('F4: a stop whose line broke is asked for again; one that comes before the run stops it before it begins', async () => {
    const faults: Faults = {};
    const begun: string[] = [];
    const { room } = await withBot((run) => (begun.push(run.text), untilStopped(run)), {
      id: 'stubborn',
      faults,
    });
    const sent = room.sendMessage('@stubborn work');
    await sent.settled;
    await until(() => expect(begun).toEqual(['@stubborn work']));
    faults.say = once(({ type }) => type === 'cancel', 'break');
    await sent.cancel();
    await until(() => expect(room.runs).toEqual([]));
    stage.cut({ refuse: true });
    await until(() => expect(room.state).toBe('paused'));
    const waiting = room.sendMessage('@stubborn work again');
    await waiting.cancel();
    stage.proxy.heal();
    await room.sendMessage('nothing of that').settled;
    expect(begun).toEqual(['@stubborn work']);
  });

  test('takes what is said to it while it works', async () => {
    const heard: string[] = [];
    const { room } = await withBot(
      async (run) => {
        await run.status('thinking');
        if (run.text === '@steered go') await untilStopped(run);
        else heard.push(run.text);
      },
      { id: 'steered' },
    );
    await room.sendMessage('@steered go').settled;
    await until(() => expect(room.runs[0]?.state).toBe('thinking'));
    await room.runs[0]!.steer('to the left').settled;
    await room.runs[0]!.cancel();
    await until(() => expect(heard).toEqual(['to the left']));
  });
});

describe('a queue', () => {
  test('F5: what waits for a bot is told with its reason, changes, and is gone', async () => {
    const { ada, room } = await withBot((run) => run.reply.text(`did ${run.text}`), { id: 'resting' });
    const directory = directoryOf(ada.chat);
    await directory.stopBot('resting');
    await until(() => expect(room.bots.find(({ user }) => user.id === 'resting')?.status).toBe('stopped'));
    await room.sendMessage('@resting one').settled;
    await room.sendMessage('@resting two').settled;
    await until(() =>
      expect(room.queues).toMatchObject([{ bot: 'resting', count: 2, reason: 'bot_stopped' }]),
    );
    await directory.startBot('resting');
    await until(() =>
      expect(texts(room)).toEqual(expect.arrayContaining(['did @resting one', 'did @resting two'])),
    );
    await until(() => expect(room.queues).toEqual([]));
  });

  test('a message that finds it full fails at once, and holds up nothing behind it', async () => {
    const { room } = await withBot(untilStopped, { id: 'full', queue: 1 });
    await room.sendMessage('@full at work').settled;
    await until(() => expect(room.runs[0]?.state).toBe('processing'));
    await room.sendMessage('@full waits').settled;
    const refused = room.sendMessage('@full too many');
    const next = room.sendMessage('nobody in particular');
    await expect(refused.settled).rejects.toMatchObject({ code: 'queue_full' });
    await next.settled;
    expect(room.getMessage(refused.key)?.delivery).toBe('failed');
  });

  test('a chain of bots that came to its end goes on when a person says so', async () => {
    const { ada, id, room } = await withBot((run) => run.reply.text('@pong your turn'), {
      id: 'ping',
      answers_bots: true,
    });
    await stage.bot(ada, id, (run) => run.reply.text('@ping your turn'), { id: 'pong', answers_bots: true });
    await room.sendMessage('@ping begin').settled;
    const paused = () => room.runs.find((run) => run.paused);
    await until(() => expect(paused()).toBeDefined());
    const { id: run } = paused()!;
    await room.continueRun(run);
    await until(() => expect(room.getRun(run)?.state).toBe('completed'));
  });
});

describe('a tool', () => {
  test('B8: tells its progress and output live, its result, and who stopped it', async () => {
    const seen: Partial<ToolExecution>[] = [];
    const { ada, room } = await withBot(
      async (run) => {
        await run.tool('count', { to: 2 }, async (tool) => {
          tool.progress(0.5, 'half way');
          await tool.output('one\n');
          await tool.output('two\n');
          return { counted: 2 };
        });
        await run.tool('wait', {}, (tool) => untilStopped(tool)).catch(() => undefined);
        await run.reply.text('done');
      },
      { id: 'handy' },
    );
    room.onToolExecution(({ name, state }) => seen.push({ name, state }));
    await room.sendMessage('@handy please').settled;
    await until(() => expect(room.tools.active.map(({ name }) => name)).toEqual(['wait']));
    const [count] = room.tools.all;
    expect(count).toMatchObject({
      name: 'count',
      state: 'completed',
      arguments: { to: 2 },
      output: 'one\ntwo\n',
      result: { counted: 2 },
      bot: 'handy',
    });
    const [wait] = room.tools.active;
    await room.tools.cancel(wait!.id);
    await until(() =>
      expect(room.tools.get(wait!.id)).toMatchObject({
        state: 'cancelled',
        cancellation: { by: ada.who.user.id },
      }),
    );
    await until(() => expect(texts(room).at(-1)).toBe('done'));
    expect(seen).toEqual(
      expect.arrayContaining([
        { name: 'count', state: 'completed' },
        { name: 'wait', state: 'running' },
      ]),
    );
  });

  test('F6: waits for a decision by the names of the call itself', async () => {
    const outcomes: string[] = [];
    const { room } = await withBot(
      async (run) => {
        for (const name of ['first', 'second']) {
          const work = () => outcomes.push(name);
          const approval = { prompt: `May I do the ${name}?` };
          await run
            .tool(name, {}, work, { approval })
            .catch((error: unknown) => outcomes.push((error as { code: string }).code));
        }
      },
      { id: 'polite' },
    );
    await expect(room.tools.approve('unheard-of')).rejects.toMatchObject({ code: 'conflict' });
    await room.sendMessage('@polite go').settled;
    const asking = (name: string) => room.tools.active.find((call) => call.name === name && call.approval);
    await until(() => expect(asking('first')).toBeDefined());
    expect(await room.tools.approve(asking('first')!.id, { note: 'go ahead' })).toMatchObject({
      accepted: true,
      decision: { action: 'approve', reason: 'go ahead' },
    });
    await until(() => expect(asking('second')).toBeDefined());
    const { id } = asking('second')!;
    expect(await room.tools.deny(id, { reason: 'not today' })).toMatchObject({ accepted: true });
    await until(() => expect(room.tools.get(id)?.state).toBe('denied'));
    await until(() => expect(outcomes).toEqual(['first', 'denied']));
  });
});

describe('bots', () => {
  test('D4, D10: are brought, looked at, given another token, and removed by their owner; the list says so', async () => {
    const { ada, room } = await withBot((run) => run.reply.text('here'), {
      id: 'owned',
      description: 'says where it is',
    });
    const directory = directoryOf(ada.chat);
    await directory.loadBots();
    const listed = () => directory.bots.find(({ user }) => user.id === 'owned');
    expect(listed()).toMatchObject({
      owner: ada.who.user.id,
      status: 'running',
      description: 'says where it is',
    });
    expect(await getBot(ada.chat, 'owned')).toMatchObject({ spec: { id: 'owned' } });
    const bob = await stage.person('Bob');
    expect((await getBot(bob.chat, 'owned')).spec).toBeUndefined();
    await expect(directoryOf(bob.chat).stopBot('owned')).rejects.toMatchObject({ code: 'forbidden' });
    expect((await rotateBotToken(ada.chat, 'owned')).token).toEqual(expect.any(String));
    await removeBot(ada.chat, 'owned');
    expect(listed()).toBeUndefined();
    await until(() => expect(room.members.map(({ id }) => id)).not.toContain('owned'));
    expect(room.member('owned')?.name).toBe('owned');
  });
});
