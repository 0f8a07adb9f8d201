/** B9, F2: while one answer streams, its row renders and no other does; keys never change. A real client, a real socket. */
import { type ChatClient, createChatClient } from '@antiphon/client';
import { act, Profiler } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { Peer } from '../../../client/tests/peer.ts';
import { DraftingControlContext } from '../../src/ui/composer/drafting.ts';
import { Row } from '../../src/ui/message/Row.tsx';
import { RoomViewContext, useReadable, useRoomView } from '../../src/ui/view/hooks.ts';
import { writable } from '../../src/ui/view/readable.ts';
import { LiveRoom } from '../../src/ui/live/live-room.ts';
import { Notices } from '../../src/ui/live/notices.ts';

const ADA = { id: 'ada', name: 'Ada', kind: 'person' } as const;

let peer: Peer;
let client: ChatClient;
let root: Root;
let page: HTMLElement;
let renders: Record<string, number>;

beforeEach(async () => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  peer = await Peer.start();
  client = createChatClient({ url: peer.url, auth: 'ada', flush: 'sync', WebSocket: NodeWebSocket });
  page = document.createElement('main');
  root = createRoot(page);
  renders = {};
});

afterEach(async () => {
  await act(async () => {
    root.unmount();
    await client.disconnect();
  });
  await peer.stop();
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
  const others = writable(new Map());
  const room = new LiveRoom('general', {
    client,
    notices: new Notices(),
    user: () => ADA,
    others,
    controls: writable(new Set()),
    lingerMs: 0,
  });
  const drafting = { replyTo: () => undefined, edit: () => undefined, reset: () => undefined };
  act(() => {
    root.render(
      <DraftingControlContext value={drafting}>
        <RoomViewContext value={room}>
          <Rows />
        </RoomViewContext>
      </DraftingControlContext>,
    );
  });
  await act(() => client.connect());
  return room;
}

/** Lets sockets speak, inside of React's `act`. */
function until(check: () => void): Promise<void> {
  return vi.waitFor(
    async () => {
      await act(() => new Promise((resolve) => setTimeout(resolve, 5)));
      check();
    },
    { timeout: 10_000, interval: 5 },
  );
}

test('only the row of the answer that streams renders', async () => {
  for (let n = 1; n <= 20; n += 1) peer.say('general', { id: `m${n}`, sender: 'bob', text: `said ${n}` });
  peer.say('general', { id: 'answer', sender: 'demo', status: 'streaming' });
  peer.open('general', 'answer');
  await enter();
  await until(() => expect(page.textContent).toContain('said 20'));
  const before = { ...renders };
  for (let n = 1; n <= 30; n += 1) peer.grow('general', 'answer', `token${n} `);
  await until(() => expect(page.textContent).toContain('token30'));
  const rendered = Object.entries(renders).filter(([key, count]) => count !== before[key]);
  expect(rendered.map(([key]) => key)).toEqual(['answer']);
});

test('a message of my own keeps its key, and its row its element, from the outbox into the log', async () => {
  const room = await enter();
  peer.say('general', { id: 'm1', sender: 'bob', text: 'hello' });
  await until(() => expect(room.log.get().keys).toEqual(['m1']));
  act(() => {
    room.send({ text: 'hello, Bob' });
  });
  await until(() => expect(page.textContent).toContain('hello, Bob'));
  const row = page.querySelector('[data-own]');
  const keys = room.log.get().keys;
  await until(() => expect(page.querySelector('[data-own]')?.getAttribute('data-delivery')).toBe('sent'));
  expect(room.log.get().keys).toEqual(keys);
  expect(page.querySelector('[data-own]')).toBe(row);
});
