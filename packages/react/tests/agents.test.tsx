/** B6, B9, F5, F6: hooks about agents render for what they show, and for nothing else. */
import { directoryOf } from '@antiphon/client/directory';
import { Profiler, type ReactNode } from 'react';
import { expect, test } from 'vitest';
import { enter } from '../../client/tests/stage.ts';
import { ChatProvider, RoomProvider, useApproval, useApprovals, useBot, useQueue } from '../src/index.ts';
import { onStage } from './setting.tsx';

const on = onStage();

function render(children: ReactNode): void {
  on.at.render(
    <ChatProvider client={on.at.chat}>
      <RoomProvider id={on.at.room}>{children}</RoomProvider>
    </ChatProvider>,
  );
}

test('what happens to one bot renders nothing of another', async () => {
  for (const id of ['restless', 'calm']) await on.stage.bot(on.at.bob, on.at.room, () => undefined, { id });
  // All that the log has to say of them so far is in it before anybody looks.
  await on.at.until(async () => {
    const log = await on.stage.log(on.at.bob, on.at.room);
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
  await on.at.until(() => expect(on.at.page.textContent).toBe('restless runningcalm running'));
  renders.length = 0;
  await directoryOf(on.at.bob.chat).stopBot('restless');
  await on.at.says('@restless are you there?');
  await on.at.until(() => expect(on.at.page.textContent).toBe('restless stopped 1 bot_stoppedcalm running'));
  expect(new Set(renders)).toEqual(new Set(['restless']));
});

test('a decision shows up where it is asked for, and goes when somebody decides', async () => {
  await on.stage.bot(on.at.bob, on.at.room, (run) => run.ask({ prompt: 'May it?', role: 'member' }), {
    id: 'asker',
  });
  const room = await enter(on.at.bob, on.at.room);
  await on.at.says('@asker ask');
  await on.at.until(() => expect(room.approvals.pending).toHaveLength(1));
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
  await on.at.until(() => expect(on.at.page.textContent).toBe('May it?'));
  on.at.click();
  await on.at.until(() => expect(on.at.page.textContent).toBe('approve'));
  await on.at.until(() => expect(room.approvals.get(id)?.decision?.by).toBe(on.at.ada.who.user.id));
});
