/** Where there is nothing to see: no rooms, no words yet, no way in, and what is still to come. */
import { mara, scribe } from '@antiphon/react/ui/samples';
import { closeRoom, openRoom } from '../app/route.ts';
import type { DemoChat } from './demo-chat.ts';
import { afternoon } from './scene-room.ts';

type Scenes = Readonly<Record<string, () => void>>;

export function emptyScenes(chat: DemoChat, now: number): Scenes {
  const nowhere = (): void => closeRoom();
  return {
    empty: () => void chat.fill('release-42', []),
    topicless: () =>
      chat.fill('release-42', []).info.update(({ id, name, kind, state }) => ({ id, name, kind, state })),
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
    denied: () =>
      chat.fill('release-42', []).info.update((info) => ({ ...info, name: 'cellar', state: 'denied' })),
    readonly: () =>
      chat
        .fill('release-42', afternoon(now))
        .info.update((info) => ({ ...info, readOnly: 'You can read here, but not write.' })),
    joining: () =>
      chat.fill('release-42', [], 'first').info.update((info) => ({ ...info, state: 'joining' })),
    loading: () => {
      nowhere();
      chat.rooms.set({ rooms: [], loading: true });
      chat.connection.set({ state: 'connecting', since: now, waiting: 0 });
    },
    norooms: () => {
      nowhere();
      chat.rooms.set({ rooms: [], loading: false });
      chat.bots.set([]);
    },
    restoring: () => chat.session.set({ state: 'restoring' }),
    signin: () => chat.session.set({ state: 'signed_out', guests: true }),
    ended: () =>
      chat.session.set({ state: 'signed_out', guests: true, reason: `${mara.name}, your session ended.` }),
    closed: () => chat.session.set({ state: 'signed_out', guests: false }),
  };
}
