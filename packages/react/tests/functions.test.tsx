/** E5: what hooks give to do things with stays the same for the life of the room, so that it can be handed down. */
import { useLayoutEffect } from 'react';
import { expect, test } from 'vitest';
import { enter } from '../../client/tests/stage.ts';
import {
  ChatProvider,
  RoomProvider,
  useApprovals,
  useBot,
  useChat,
  useConnection,
  useMessages,
  usePresence,
  useQueue,
  useRoom,
  useToolExecutions,
  useTyping,
  useWebSocket,
} from '../src/index.ts';
import { onStage } from './setting.tsx';

const on = onStage();
let given: Record<string, object>;

function Everything() {
  const all = {
    useApprovals: useApprovals(),
    useBot: useBot('teller'),
    useChat: useChat(),
    useConnection: useConnection(),
    useMessages: useMessages(),
    usePresence: usePresence(),
    useQueue: useQueue('teller'),
    useRoom: useRoom(),
    useToolExecutions: useToolExecutions(),
    useTyping: useTyping(),
    useWebSocket: useWebSocket(),
  };
  useLayoutEffect(() => {
    given = all;
  });
  return null;
}

/** Each function that a hook gives, by its name. */
function functions(): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([hook, values]) =>
      Object.entries(values)
        .filter(([, value]) => typeof value === 'function')
        .map(([name, value]) => [`${hook}.${name}`, value as unknown]),
    ),
  );
}

test('functions stay the same while messages come, somebody types, and a bot answers', async () => {
  await on.stage.bot(on.at.bob, on.at.room, (run) => run.reply.text('Once'), { id: 'teller' });
  on.at.render(
    <ChatProvider client={on.at.chat}>
      <RoomProvider id={on.at.room}>
        <Everything />
      </RoomProvider>
    </ChatProvider>,
  );
  await on.at.until(() => expect(given['useRoom']).toMatchObject({ state: 'joined' }));
  const before = functions();
  expect(Object.keys(before).length).toBeGreaterThan(20);
  (await enter(on.at.bob, on.at.room)).typing.keystroke();
  await on.at.until(() => expect(given['useTyping']).toMatchObject({ typing: [{ name: 'Bob' }] }));
  await on.at.says('@teller tell');
  await on.at.until(() => expect(given['useChat']).toMatchObject({ status: 'ready', messages: [{}, {}] }));
  const changed = Object.entries(functions()).filter(([name, value]) => value !== before[name]);
  expect(changed.map(([name]) => name)).toEqual([]);
});
