/** B9, F2: while one answer streams, its row renders and no other does; keys never change. A real client, a real socket. */
import { Profiler } from 'react';
import { flushSync } from 'react-dom';
import { beforeEach, expect, test } from 'vitest';
import { DraftingControlContext } from '../../src/ui/composer/drafting.ts';
import { Row } from '../../src/ui/message/Row.tsx';
import { RoomViewContext, useReadable, useRoomView } from '../../src/ui/view/hooks.ts';
import { writable } from '../../src/ui/view/readable.ts';
import { LiveRoom } from '../../src/ui/live/live-room.ts';
import { Notices } from '../../src/ui/live/notices.ts';
import { onStage, Telling } from '../setting.tsx';

const on = onStage();
let renders: Record<string, number>;

beforeEach(() => {
  renders = {};
});

/** The rows of the open room, each counting how often it renders. */
function Rows() {
  const { keys } = useReadable(useRoomView().log);
  return keys.map((key, index) => (
    <Profiler key={key} id={key} onRender={(id) => (renders[id] = (renders[id] ?? 0) + 1)}>
      <Row
        itemKey={key}
        previousKey={keys[index - 1]}
        position={index + 1}
        unreadStart={false}
        target={false}
      />
    </Profiler>
  ));
}

async function enter(): Promise<LiveRoom> {
  const user = { ...on.at.ada.who.user, kind: 'person' } as const;
  const room = new LiveRoom(on.at.room, {
    client: on.at.chat,
    notices: new Notices(),
    user: () => user,
    others: writable(new Map()),
    controls: writable(new Set()),
    lingerMs: 0,
  });
  const drafting = { replyTo: () => undefined, edit: () => undefined, reset: () => undefined };
  on.at.render(
    <DraftingControlContext.Provider value={drafting}>
      <RoomViewContext.Provider value={room}>
        <Rows />
      </RoomViewContext.Provider>
    </DraftingControlContext.Provider>,
  );
  await on.at.chat.connect();
  return room;
}

test('only the row of the answer that streams renders', async () => {
  const telling = new Telling();
  await on.stage.bot(on.at.bob, on.at.room, telling.handler, { id: 'teller' });
  for (let n = 1; n <= 20; n += 1) await on.at.says(`said ${n}`);
  await on.at.says('@teller tell');
  telling.say('token0 ');
  await enter();
  await on.at.until(() => expect(on.at.page.textContent).toContain('token0'));
  await on.at.until(() => expect(on.at.page.textContent).toContain('said 20'));
  const before = { ...renders };
  for (let n = 1; n <= 30; n += 1) telling.say(`token${n} `);
  await on.at.until(() => expect(on.at.page.textContent).toContain('token30'));
  const rendered = Object.entries(renders).filter(([key, count]) => count !== before[key]);
  const answer = on.at.chat.getRoom(on.at.room)?.messages.find(({ sender }) => sender === 'teller');
  expect(rendered.map(([key]) => key)).toEqual([answer?.key]);
});

test('a message of my own keeps its key, and its row its element, from the outbox into the log', async () => {
  const room = await enter();
  const first = await on.at.says('hello');
  await on.at.until(() => expect(room.log.get().keys).toContain(first));
  flushSync(() => room.send({ text: 'hello, Bob' }));
  await on.at.until(() => expect(on.at.page.textContent).toContain('hello, Bob'));
  const row = on.at.page.querySelector('[data-own]');
  const keys = room.log.get().keys;
  await on.at.until(() =>
    expect(on.at.page.querySelector('[data-own]')?.getAttribute('data-delivery')).toBe('sent'),
  );
  expect(room.log.get().keys).toEqual(keys);
  expect(on.at.page.querySelector('[data-own]')).toBe(row);
});
