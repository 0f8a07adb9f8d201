/** B6, B9, F5: hooks about agents render for what they show, and for nothing else. */
import { type ChatClient, createChatClient } from '@antiphon/client';
import { act, Profiler } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { Peer } from '../../client/tests/peer.ts';
import { ChatProvider, RoomProvider, useApproval, useApprovals, useBot, useQueue } from '../src/index.ts';

const AT = '2026-11-20T14:02:07.042Z';
const bot = (id: string) => ({
  user: { id, kind: 'bot', name: id },
  connector: 'builtin',
  status: 'running',
});

let peer: Peer;
let chat: ChatClient;
let root: Root;
let page: HTMLElement;

beforeEach(async () => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  peer = await Peer.start();
  peer.extra = { bots: [bot('demo'), bot('other')] };
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

function render(children: React.ReactNode): void {
  act(() => {
    root.render(
      <ChatProvider client={chat}>
        <RoomProvider id="general">{children}</RoomProvider>
      </ChatProvider>,
    );
  });
}

test('what happens to one bot renders nothing of another', async () => {
  const renders: string[] = [];
  const Badge = ({ id }: { id: string }) => {
    const { status, queue, error } = useBot(id);
    const { reason } = useQueue(id);
    return <p>{[id, status, queue?.count, reason, error].filter(Boolean).join(' ')}</p>;
  };
  render(
    ['demo', 'other'].map((id) => (
      <Profiler key={id} id={id} onRender={() => renders.push(id)}>
        <Badge id={id} />
      </Profiler>
    )),
  );
  await until(() => expect(page.textContent).toBe('demo runningother running'));
  renders.length = 0;
  peer.append('general', { type: 'bot_status', bot: 'demo', status: 'error', error: 'gone' });
  const queue = { bot: 'demo', waiting: ['r1'], count: 1, reason: 'bot_down' };
  peer.tell('general', { type: 'queue', room: 'general', ...queue });
  await until(() => expect(page.textContent).toBe('demo error 1 bot_down goneother running'));
  expect(new Set(renders)).toEqual(new Set(['demo']));
});

test('a decision shows up where it is asked for, and goes when somebody decides', async () => {
  const List = () => <i>{useApprovals().pending.map(({ prompt }) => prompt)}</i>;
  const One = () => {
    const approval = useApproval('ask1');
    return (
      <button onClick={() => void approval?.decide({ action: 'approve' })}>{approval?.decision?.by}</button>
    );
  };
  render([<List key="list" />, <One key="one" />]);
  await until(() => expect(peer.heard.some(({ type }) => type === 'join_room')).toBe(true));
  const common = { kind: 'permission', eligible: {}, default: 'deny', scopes: ['once'], deadline: AT };
  const approval = { approval: 'ask1', run: 'r1', bot: 'demo', prompt: 'May it?', ...common };
  peer.append('general', { type: 'approval_requested', approval });
  await until(() => expect(page.textContent).toBe('May it?'));
  const decision = { action: 'approve', by: 'bob', at: AT, cause: 'person', scope: 'once' };
  peer.intercept = (guest, frame) => {
    if (frame['type'] !== 'decide') return false;
    guest.send({ type: 'ok', ref: frame['ref'], accepted: false, decision });
    return true;
  };
  act(() => page.querySelector('button')?.click());
  await until(() => expect(peer.heard.at(-1)).toMatchObject({ type: 'decide', approval: 'ask1' }));
  peer.append('general', { type: 'approval_decided', approval: 'ask1', run: 'r1', decision });
  await until(() => expect(page.textContent).toBe('bob'));
});
