/** B6, B9, F5, F6: hooks about agents render for what they show, and for nothing else. */
import { directoryOf } from '@antiphon/client/directory';
import { Profiler, type ReactNode } from 'react';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { enter, type Stage } from '../../client/tests/stage.ts';
import { ChatProvider, RoomProvider, useApproval, useApprovals, useBot, useQueue } from '../src/index.ts';
import { openStage, Setting } from './setting.tsx';

let stage: Stage;
let at: Setting;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

beforeEach(async () => {
  at = await Setting.on(stage);
});

afterEach(async () => {
  await at[Symbol.asyncDispose]();
});

function render(children: ReactNode): void {
  at.render(
    <ChatProvider client={at.chat}>
      <RoomProvider id={at.room}>{children}</RoomProvider>
    </ChatProvider>,
  );
}

test('what happens to one bot renders nothing of another', async () => {
  for (const id of ['restless', 'calm']) await stage.bot(at.bob, at.room, () => undefined, { id });
  // All that the log has to say of them so far is in it before anybody looks.
  await at.until(async () => {
    const log = await stage.log(at.bob, at.room);
    expect(log.filter((entry) => entry['status'] === 'running')).toHaveLength(2);
  });
  const renders: string[] = [];
  const Badge = ({ id }: { id: string }) => {
    const { status, queue } = useBot(id);
    const { reason } = useQueue(id);
    return <p>{[id, status, queue?.count, reason].filter(Boolean).join(' ')}</p>;
  };
  render(
    ['restless', 'calm'].map((id) => (
      <Profiler key={id} id={id} onRender={() => renders.push(id)}>
        <Badge id={id} />
      </Profiler>
    )),
  );
  await at.until(() => expect(at.page.textContent).toBe('restless runningcalm running'));
  renders.length = 0;
  await directoryOf(at.bob.chat).stopBot('restless');
  await at.says('@restless are you there?');
  await at.until(() => expect(at.page.textContent).toBe('restless stopped 1 bot_stoppedcalm running'));
  expect(new Set(renders)).toEqual(new Set(['restless']));
});

test('a decision shows up where it is asked for, and goes when somebody decides', async () => {
  await stage.bot(at.bob, at.room, (run) => run.ask({ prompt: 'May it?', role: 'member' }), { id: 'asker' });
  const room = await enter(at.bob, at.room);
  await at.says('@asker ask');
  await at.until(() => expect(room.approvals.pending).toHaveLength(1));
  const id = room.approvals.pending[0]?.id ?? '';
  const List = () => <i>{useApprovals().pending.map(({ prompt }) => prompt)}</i>;
  const One = () => {
    const approval = useApproval(id);
    return (
      <button onClick={() => void approval?.decide({ action: 'approve' }).catch(() => undefined)}>
        {approval?.decision?.action}
      </button>
    );
  };
  render([<List key="list" />, <One key="one" />]);
  await at.until(() => expect(at.page.textContent).toBe('May it?'));
  at.click();
  await at.until(() => expect(at.page.textContent).toBe('approve'));
  await at.until(() => expect(room.approvals.get(id)?.decision?.by).toBe(at.ada.who.user.id));
});
