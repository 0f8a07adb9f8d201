/** A3, B1, B10, C1, C5: hooks over a real client and the real server, under StrictMode. */
import { textOf } from '@antiphon/client';
import { Profiler, type ReactNode, StrictMode } from 'react';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Stage } from '../../client/tests/stage.ts';
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
import { openStage, Setting, Telling } from './setting.tsx';

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
    <StrictMode>
      <ChatProvider client={at.chat}>{children}</ChatProvider>
    </StrictMode>,
  );
}

function Conversation() {
  const { messages, status, sendMessage } = useChat(at.room);
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

const paragraphs = () => [...at.page.querySelectorAll('p')].map((each) => each.textContent);
const status = () => at.page.querySelector('section')?.getAttribute('data-status');

test('useChat shows messages, sends them, and opens one socket and joins once under StrictMode', async () => {
  await at.says('hi');
  const [sockets, joins] = [await stage.asked('authenticate'), await stage.asked('join_room')];
  render(<Conversation />);
  await at.until(() => expect(paragraphs()).toEqual(['hi']));
  at.click();
  expect(paragraphs()).toEqual(['hi', 'hello']);
  await at.until(() =>
    expect(at.page.querySelector('p:last-of-type')?.getAttribute('data-delivery')).toBe('sent'),
  );
  expect(await stage.asked('authenticate')).toBe(sockets + 1);
  expect(await stage.asked('join_room')).toBe(joins + 1);
});

test('useChat tells apart waiting for an answer, its streaming, and its end', async () => {
  const telling = new Telling();
  await stage.bot(at.bob, at.room, telling.handler, { trigger: { on: 'always' } });
  render(<Conversation />);
  await at.until(() => expect(at.chat.getRoom(at.room)?.state).toBe('joined'));
  at.click();
  await at.until(() => expect(at.chat.getRoom(at.room)?.runs).toHaveLength(1));
  expect(status()).toBe('submitted');
  telling.say('Once');
  await at.until(() => expect([status(), paragraphs()]).toEqual(['streaming', ['hello', 'Once']]));
  telling.end();
  await at.until(() => expect(status()).toBe('ready'));
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
  await stage.bot(at.bob, at.room, telling.handler, { id: 'teller' });
  for (let n = 0; n < 20; n += 1) await at.says(`${n}`);
  await at.says('@teller tell');
  telling.say('Once');
  render(
    <RoomProvider id={at.room}>
      <List />
    </RoomProvider>,
  );
  await at.until(() => expect(paragraphs().at(-1)).toBe('Once'));
  const answer = at.chat.getRoom(at.room)?.keys.at(-1);
  renders.length = 0;
  telling.say(' upon');
  await at.until(() => expect(paragraphs().at(-1)).toBe('Once upon'));
  // The profiler of the list sees that something below it rendered; no other row did.
  expect(new Set(renders)).toEqual(new Set([answer, 'list']));
});

test('rooms and connection come and go with the components that look at them', async () => {
  const open = await stage.meter('antiphon_open{door="ws"}');
  const Status = () => <i>{useConnection().state}</i>;
  const Room = () => <b>{useRoom(at.room).state}</b>;
  const Socket = () => <u>{useWebSocket().readyState}</u>;
  const Unread = () => <s>{useUnread().total}</s>;
  const Rooms = () => <em>{useRooms().some(({ id }) => id === at.room) ? 'mine' : ''}</em>;
  const left = await stage.asked('leave_room');
  render([<Status key="1" />, <Room key="2" />, <Socket key="3" />, <Unread key="4" />, <Rooms key="5" />]);
  await at.until(() => expect(at.page.textContent).toBe('connectedjoined10mine'));
  render(<Status />);
  await at.until(async () => expect(await stage.asked('leave_room')).toBe(left + 1));
  expect(at.page.textContent).toBe('connected');
  at.render(null);
  await at.until(async () => expect(await stage.meter('antiphon_open{door="ws"}')).toBe(open));
  expect(at.chat.status.state).toBe('idle');
});
