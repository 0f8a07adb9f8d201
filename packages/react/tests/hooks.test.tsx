/** A3, B1, B10, C1: hooks over a real client and a real socket, under StrictMode. */
import { type ChatClient, createChatClient, textOf } from '@antiphon/client';
import { act, Profiler, type ReactNode, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { Peer } from '../../client/tests/peer.ts';
import {
  ChatProvider,
  RoomProvider,
  useChat,
  useConnection,
  useMessage,
  useMessages,
  useRoom,
  useUnread,
  useWebSocket,
} from '../src/index.ts';

let peer: Peer;
let chat: ChatClient;
let root: Root;
let page: HTMLElement;

beforeEach(async () => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  peer = await Peer.start();
  chat = createChatClient({ url: peer.url, auth: 'ada', flush: 'sync', WebSocket: NodeWebSocket });
  page = document.createElement('main');
  root = createRoot(page);
});

afterEach(async () => {
  await act(async () => {
    root.unmount();
    await chat.disconnect();
  });
  await peer.stop();
});

function render(children: ReactNode): void {
  act(() => {
    root.render(
      <StrictMode>
        <ChatProvider client={chat}>{children}</ChatProvider>
      </StrictMode>,
    );
  });
}

/** Lets sockets speak, inside of React's `act`. */
function until(check: () => void): Promise<void> {
  return vi.waitFor(
    async () => {
      await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
      check();
    },
    { timeout: 15_000, interval: 5 },
  );
}

function Conversation() {
  const { messages, status, sendMessage } = useChat('general');
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

const paragraphs = () => [...page.querySelectorAll('p')].map((each) => each.textContent);

test('useChat shows messages, sends them, and opens one socket under StrictMode', async () => {
  peer.say('general', { id: 'm1', sender: 'bob', text: 'hi' });
  render(<Conversation />);
  await until(() => expect(paragraphs()).toEqual(['hi']));
  act(() => page.querySelector('button')?.click());
  expect(paragraphs()).toEqual(['hi', 'hello']);
  await until(() => expect(page.querySelector('p:last-of-type')?.getAttribute('data-delivery')).toBe('sent'));
  expect(peer.connections).toBe(1);
  expect(peer.heard.filter(({ type }) => type === 'join_room')).toHaveLength(1);
});

test('useChat tells apart waiting for an answer, its streaming, and its end', async () => {
  render(<Conversation />);
  const status = () => page.querySelector('section')?.getAttribute('data-status');
  await until(() => expect(peer.heard.some(({ type }) => type === 'join_room')).toBe(true));
  peer.say('general', { id: 'answer', sender: 'scribe', status: 'streaming' });
  peer.open('general', 'answer');
  peer.grow('general', 'answer', 'Once');
  await until(() => expect([status(), paragraphs()]).toEqual(['streaming', ['Once']]));
  peer.append('general', { type: 'message_completed', message_id: 'answer', status: 'complete', ends: [] });
  await until(() => expect(status()).toBe('ready'));
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
  for (let n = 0; n < 20; n += 1) peer.say('general', { id: `m${n}`, sender: 'bob', text: `${n}` });
  peer.say('general', { id: 'answer', sender: 'scribe', status: 'streaming' });
  peer.open('general', 'answer');
  render(
    <RoomProvider id="general">
      <List />
    </RoomProvider>,
  );
  await until(() => expect(paragraphs()).toHaveLength(21));
  renders.length = 0;
  peer.grow('general', 'answer', 'word');
  await until(() => expect(paragraphs().at(-1)).toBe('word'));
  // The profiler of the list sees that something below it rendered; no other row did.
  expect(new Set(renders)).toEqual(new Set(['answer', 'list']));
});

test('rooms and connection come and go with the components that look at them', async () => {
  const Status = () => <i>{useConnection().state}</i>;
  const Room = () => <b>{useRoom('general').state}</b>;
  const Socket = () => <u>{useWebSocket().readyState}</u>;
  const Unread = () => <s>{useUnread().total}</s>;
  render([<Status key="1" />, <Room key="2" />, <Socket key="3" />, <Unread key="4" />]);
  await until(() => expect(page.textContent).toBe('connectedjoined10'));
  render(<Status />);
  await until(() => expect(peer.heard.some(({ type }) => type === 'leave_room')).toBe(true));
  expect(page.textContent).toBe('connected');
  act(() => {
    root.render(null);
  });
  await until(() => expect(peer.guests.size).toBe(0));
  expect(chat.status.state).toBe('idle');
});
