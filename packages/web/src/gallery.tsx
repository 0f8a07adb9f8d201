/** Every state of the page from fixtures: `/gallery.html?scene=<name>`. Served in development only. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { deploy, mara, scribe, tomas } from '@antiphon/react/ui/samples';
import { App } from './app/App.tsx';
import { openRoom } from './app/route.ts';
import { DemoChat } from './demo/demo-chat.ts';
import { askStates, waitStates } from './demo/scene-asks.ts';
import { longHistory } from './demo/scene-long.ts';
import { messageStates } from './demo/scene-messages.ts';
import { proseStates } from './demo/scene-prose.ts';
import { afternoon } from './demo/scene-room.ts';
import { toolStates } from './demo/scene-tools.ts';
import './styles.ts';

const now = Date.now();
const chat = new DemoChat();
// For scripts that measure scrolling and streaming.
Object.assign(window, { chat });

const scenes: Record<string, () => void> = {
  room: () => {
    const items = afternoon(now);
    const room = chat.fill('release-42', items);
    room.typing.set([tomas]);
    room.log.update((log) => ({ ...log, ...(items[8] ? { firstUnread: items[8].key } : {}) }));
    room.work.set([
      {
        key: 'w1',
        user: scribe,
        activity: 'working',
        detail: 'check_links',
        fraction: 0.62,
        since: now - 40_000,
        mine: true,
        messageKey: items.at(-1)?.key ?? '',
      },
      {
        key: 'w2',
        user: deploy,
        activity: 'waiting',
        detail: 'Waiting for a decision',
        since: now - 690_000,
        mine: false,
        messageKey: items[7]?.key ?? '',
      },
    ]);
  },
  messages: () => void chat.fill('release-42', messageStates(now)),
  asks: () => void chat.fill('release-42', askStates(now)),
  waits: () => void chat.fill('release-42', waitStates(now)),
  tools: () => void chat.fill('release-42', toolStates(now)),
  prose: () => void chat.fill('release-42', proseStates(now)),
  long: () => {
    const room = chat.fill('release-42', longHistory(now, 10_000));
    room.older = 5;
    room.log.update((log) => ({ ...log, hasOlder: true }));
  },
  empty: () => void chat.fill('release-42', []),
  agent: () => {
    const room = chat.fill('s-scribe', []);
    room.info.update((info) => ({
      ...info,
      topic: 'I read logs, replay traces and write what came of it.',
      suggestions: [
        'What happened in release-42 today?',
        'Replay last night’s trace',
        'Explain how a cursor works',
      ],
    }));
    room.members.update((list) =>
      list.filter((member) => member.user.id === scribe.id || member.user.id === 'u-me'),
    );
    openRoom('s-scribe', { replace: true });
  },
  loading: () => {
    chat.fill('release-42', [], 'first');
    chat.rooms.set({ rooms: [], loading: true });
    chat.connection.set({ state: 'connecting', since: now, waiting: 0 });
  },
  norooms: () => {
    chat.rooms.set({ rooms: [], loading: false });
    chat.bots.set([]);
  },
  reconnecting: () => {
    chat.fill('release-42', messageStates(now).slice(-6));
    chat.connection.set({ state: 'reconnecting', since: now - 5000, retryAt: now + 7000, waiting: 2 });
  },
  offline: () => {
    chat.fill('release-42', messageStates(now).slice(-6));
    chat.connection.set({ state: 'offline', since: now - 5000, waiting: 1 });
  },
  failed: () => {
    chat.fill('release-42', afternoon(now));
    chat.connection.set({
      state: 'failed',
      since: now,
      waiting: 0,
      error: { code: 'unauthorized', message: 'Your session ended.' },
    });
  },
  signin: () => chat.session.set({ state: 'signed_out', guests: true }),
  toast: () => {
    chat.fill('release-42', afternoon(now));
    setTimeout(
      () =>
        chat.notify({
          title: 'deploy-bot did not start.',
          detail: 'Its command was not found on the server.',
        }),
      100,
    );
  },
  reading: () => {
    const room = chat.fill('release-42', longHistory(now, 60));
    setTimeout(
      () => room.append({ kind: 'event', key: 'late', at: now, text: `${mara.name} changed the topic.` }),
      1500,
    );
  },
};

const scene = new URLSearchParams(location.search).get('scene') ?? 'room';
scenes[scene]?.();
if (scene !== 'agent' && scene !== 'norooms' && scene !== 'loading')
  openRoom('release-42', { replace: true });

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App page={chat} />
    </StrictMode>,
  );
