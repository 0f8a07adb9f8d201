/** Every state of the connection, each over a room in which something was said. */
import type { ConnectionView } from '@antiphon/react/ui/kit';
import type { DemoChat } from './demo-chat.ts';
import { messageStates } from './scene-messages.ts';
import { afternoon } from './scene-room.ts';

type Scenes = Readonly<Record<string, () => void>>;

export function connectionScenes(chat: DemoChat, now: number): Scenes {
  const connection = (view: Partial<ConnectionView>): void =>
    chat.connection.set({ state: 'connected', since: now - 5000, waiting: 0, ...view });
  const waiting = (): void => void chat.fill('release-42', messageStates(now).slice(-6));
  return {
    connecting: () => {
      chat.fill('release-42', [], 'first');
      connection({ state: 'connecting' });
    },
    slow: () => {
      waiting();
      connection({ rttMs: 1800 });
    },
    reconnecting: () => {
      waiting();
      connection({ state: 'reconnecting', retryAt: now + 7000, waiting: 2 });
    },
    offline: () => {
      waiting();
      connection({ state: 'offline', waiting: 2 });
    },
    failed: () => {
      chat.fill('release-42', afternoon(now));
      connection({ state: 'failed', error: { code: 'unauthorized', message: 'Your session ended.' } });
    },
    outdated: () => {
      chat.fill('release-42', afternoon(now));
      connection({ state: 'failed', error: { code: 'outdated', message: '' } });
    },
  };
}
