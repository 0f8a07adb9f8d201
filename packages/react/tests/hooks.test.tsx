/** A3, B1, B10, C1, C5: hooks over a real client and the real server, under StrictMode. */
import { textOf } from '@antiphon/client';
import { Profiler, type ReactNode, StrictMode } from 'react';
import { expect, test } from 'vitest';
import {
  ChatProvider,
  RoomProvider,
  useChat,
  useConnection,
  useMessage,
  useMessages,
  useRoom,
  useRooms,
  useUnread,
  useWebSocket,
} from '../src/index.ts';
import { onStage, Telling } from './setting.tsx';

const on = onStage();

function render(children: ReactNode): void {
  on.at.render(
    <StrictMode>
      <ChatProvider client={on.at.chat}>{children}</ChatProvider>
    </StrictMode>,
  );
}

function Conversation() {
  const { messages, status, sendMessage } = useChat(on.at.room);
  return (
    <section data-status={status}>
      {messages.map((message) => (
        <p key={message.key} data-delivery={message.delivery}>
          {textOf(message)}
        </p>
      ))}
      <button onClick={() => sendMessage('hello')} />
    </section>
  );
}

const paragraphs = () => [...on.at.page.querySelectorAll('p')].map((each) => each.textContent);
const status = () => on.at.page.querySelector('section')?.getAttribute('data-status');

test('useChat shows messages, sends them, and opens one socket and joins once under StrictMode', async () => {
  await on.at.says('hi');
  const [sockets, joins] = [await on.stage.asked('authenticate'), await on.stage.asked('join_room')];
  render(<Conversation />);
  await on.at.until(() => expect(paragraphs()).toEqual(['hi']));
  on.at.click();
  expect(paragraphs()).toEqual(['hi', 'hello']);
  await on.at.until(() =>
    expect(on.at.page.querySelector('p:last-of-type')?.getAttribute('data-delivery')).toBe('sent'),
  );
  expect(await on.stage.asked('authenticate')).toBe(sockets + 1);
  expect(await on.stage.asked('join_room')).toBe(joins + 1);
});

test('useChat tells apart waiting for an answer, its streaming, and its end', async () => {
  const telling = new Telling();
  await on.stage.bot(on.at.bob, on.at.room, telling.handler, { trigger: { on: 'always' } });
  render(<Conversation />);
  await on.at.until(() => expect(on.at.chat.getRoom(on.at.room)?.state).toBe('joined'));
  on.at.click();
  await on.at.until(() => expect(on.at.chat.getRoom(on.at.room)?.runs).toHaveLength(1));
  expect(status()).toBe('submitted');
  telling.say('Once');
  await on.at.until(() => expect([status(), paragraphs()]).toEqual(['streaming', ['hello', 'Once']]));
  telling.end();
  await on.at.until(() => expect(status()).toBe('ready'));
});

test('while text streams, only its row renders', async () => {
  const renders: string[] = [];
  const Row = ({ id }: { id: string }) => (
    <Profiler id={id} onRender={() => renders.push(id)}>
      <RowText id={id} />
    </Profiler>
  );
  const RowText = ({ id }: { id: string }) => {
    const message = useMessage(id);
    return <p>{message && textOf(message)}</p>;
  };
  const List = () => {
    const { keys } = useMessages();
    return (
      <Profiler id="list" onRender={() => renders.push('list')}>
        {keys.map((key) => (
          <Row key={key} id={key} />
        ))}
      </Profiler>
    );
  };
  const telling = new Telling();
  await on.stage.bot(on.at.bob, on.at.room, telling.handler, { id: 'teller' });
  for (let n = 0; n < 20; n += 1) await on.at.says(`${n}`);
  await on.at.says('@teller tell');
  telling.say('Once');
  render(
    <RoomProvider id={on.at.room}>
      <List />
    </RoomProvider>,
  );
  await on.at.until(() => expect(paragraphs().at(-1)).toBe('Once'));
  const answer = on.at.chat.getRoom(on.at.room)?.keys.at(-1);
  renders.length = 0;
  telling.say(' upon');
  await on.at.until(() => expect(paragraphs().at(-1)).toBe('Once upon'));
  // The profiler of the list sees that something below it rendered; no other row did.
  expect(new Set(renders)).toEqual(new Set([answer, 'list']));
});

test('rooms and connection come and go with the components that look at them', async () => {
  const open = await on.stage.meter('antiphon_open{door="ws"}');
  const Status = () => <i>{useConnection().state}</i>;
  const Room = () => <b>{useRoom(on.at.room).state}</b>;
  const Socket = () => <u>{useWebSocket().readyState}</u>;
  const Unread = () => <s>{useUnread().total}</s>;
  const Rooms = () => <em>{useRooms().some(({ id }) => id === on.at.room) ? 'mine' : ''}</em>;
  const left = await on.stage.asked('leave_room');
  render([<Status key="1" />, <Room key="2" />, <Socket key="3" />, <Unread key="4" />, <Rooms key="5" />]);
  await on.at.until(() => expect(on.at.page.textContent).toBe('connectedjoined10mine'));
  render(<Status />);
  await on.at.until(async () => expect(await on.stage.asked('leave_room')).toBe(left + 1));
  expect(on.at.page.textContent).toBe('connected');
  on.at.render(null);
  await on.at.until(async () => expect(await on.stage.meter('antiphon_open{door="ws"}')).toBe(open));
  expect(on.at.chat.status.state).toBe('idle');
});
