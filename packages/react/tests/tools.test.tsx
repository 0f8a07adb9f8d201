/** B8, F1, F4, F5: a tool call as its hook shows it: how far it is, and what people can do about it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Profiler, useLayoutEffect } from 'react';
import { expect, test } from 'vitest';
import { ChatProvider, RoomProvider, useToolExecution, useToolExecutions } from '../src/index.ts';
import type { UseToolExecution } from '../src/index.ts';
import { onStage } from './setting.tsx';

const on = onStage();
let tool: UseToolExecution | undefined;
let renders: { list: number; one: number };

function Tools() {
  const { tools, waiting } = useToolExecutions();
  const [first] = tools;
  return (
    <Profiler id="list" onRender={() => (renders.list += 1)}>
      <p>{[tools.length, waiting.length, first?.state].join(' ')}</p>
    </Profiler>
  );
}

function One({ call }: { call: string }) {
  const own = useToolExecution(call);
  useLayoutEffect(() => {
    tool = own;
  });
  return <Profiler id="one" onRender={() => (renders.one += 1)} children={own?.progress?.message} />;
}

function show(call?: string): void {
  renders = { list: 0, one: 0 };
  on.at.render(
    <ChatProvider client={on.at.chat}>
      <RoomProvider id={on.at.room}>
        <Tools />
        {call !== undefined && <One call={call} />}
      </RoomProvider>
    </ChatProvider>,
  );
}

const text = () => on.at.page.querySelector('p')?.textContent;

/** Waits until the room has a call, and shows it. */
async function seeCall(): Promise<void> {
  show();
  await on.at.until(() => expect(text()).toMatch(/^1 /u));
  show(on.at.chat.getRoom(on.at.room)?.tools.all[0]?.id);
  await on.at.until(() => expect(tool?.name).toBe('count'));
}

test('progress renders the call it is about, at most ten times a second; its end is shown at once', async () => {
  let go: () => void = () => undefined;
  const began = new Promise<void>((resolve) => (go = resolve));
  await on.stage.bot(
    on.at.bob,
    on.at.room,
    async (run) => {
      await run.tool('count', { to: 100 }, async (work) => {
        await began;
        for (let at = 1; at <= 100; at += 1) {
          work.progress(at / 100, `at ${at}`);
          await sleep(10);
        }
        return { counted: 100 };
      });
    },
    { id: 'counter' },
  );
  await on.at.says('@counter go');
  await seeCall();
  expect(tool).toMatchObject({ input: { to: 100 }, state: 'running' });
  const functions = [tool?.cancel, tool?.approve, tool?.deny];
  const before = { ...renders, at: Date.now() };
  go();
  await on.at.until(() => expect(tool?.state).toBe('completed'));
  const seconds = (Date.now() - before.at) / 1000;
  expect(tool?.progress?.message).toBe('at 100');
  // The first, the last, and those that a state brings along come as they come.
  expect(renders.one - before.one).toBeLessThanOrEqual(seconds * 10 + 4);
  expect(renders.one - before.one).toBeGreaterThan(3);
  expect(renders.list - before.list).toBe(1);
  expect([tool?.cancel, tool?.approve, tool?.deny]).toEqual(functions);
});

test('a call that waits for a decision goes on when it is approved, and does not when it is denied', async () => {
  await on.stage.bot(
    on.at.bob,
    on.at.room,
    async (run) => {
      const approval = { prompt: 'May I count?', role: 'member' } as const;
      await run.tool('count', {}, () => 'counted', { approval }).catch(() => undefined);
    },
    { id: 'asker' },
  );
  await on.at.says('@asker go');
  await seeCall();
  await on.at.until(() => expect(text()).toBe('1 1 waiting_approval'));
  expect(await tool?.approve({ scope: 'once' })).toMatchObject({ accepted: true });
  await on.at.until(() => expect(tool).toMatchObject({ state: 'completed', result: 'counted' }));

  await on.at.says('@asker again');
  await on.at.until(() => expect(text()).toBe('2 1 completed'));
  show(on.at.chat.getRoom(on.at.room)?.tools.all[1]?.id);
  await on.at.until(() => expect(tool?.state).toBe('waiting_approval'));
  await tool?.deny({ reason: 'enough' });
  await on.at.until(() => expect(tool?.state).toBe('denied'));
});
