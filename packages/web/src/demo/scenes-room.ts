/** What goes on in a room: people and agents at work, and every state of a message, a tool and a question. */
import type { WorkView } from '@antiphon/react/ui/kit';
import { deploy, ines, mara, scribe, tomas } from '@antiphon/react/ui/samples';
import type { DemoChat } from './demo-chat.ts';
import { busyBots } from './busy-bots.ts';
import { askStates, waitStates } from './scene-asks.ts';
import { longHistory } from './scene-long.ts';
import { messageStates } from './scene-messages.ts';
import { proseStates } from './scene-prose.ts';
import { afternoon } from './scene-room.ts';
import { toolStates } from './scene-tools.ts';

type Scenes = Readonly<Record<string, () => void>>;

/** As long as a room can be. */
const LONG = 10_000;

export function roomScenes(chat: DemoChat, now: number): Scenes {
  const fill = (items: Parameters<DemoChat['fill']>[1]) => chat.fill('release-42', items);
  const busy = () => {
    const items = afternoon(now);
    const room = fill(items);
    room.log.update((log) => ({ ...log, ...(items[8] ? { firstUnread: items[8].key } : {}) }));
    room.work.set(atWork(now, items[7]?.key ?? '', items.at(-1)?.key ?? ''));
    return room;
  };
  return {
    room: () => busy().typing.set([tomas]),
    two: () => busy().typing.set([tomas, ines]),
    several: () => busy().typing.set([tomas, ines, mara]),
    bots: () => {
      const room = busy();
      chat.bots.set(busyBots(now));
      room.members.update((list) => [
        ...list.filter(({ user }) => user.kind === 'person'),
        ...busyBots(now).map((bot) => ({ user: bot.user, role: 'member', presence: 'active', bot }) as const),
      ]);
    },
    messages: () => void fill(messageStates(now)),
    asks: () => void fill(askStates(now)),
    waits: () => void fill(waitStates(now)),
    tools: () => void fill(toolStates(now)),
    prose: () => void fill(proseStates(now)),
    long: () => {
      const room = fill(longHistory(now, LONG));
      room.older = 5;
      room.log.update((log) => ({ ...log, hasOlder: true }));
    },
    older: () => {
      const room = fill(longHistory(now, 3));
      room.log.update((log) => ({ ...log, hasOlder: true, loading: 'older' }));
    },
    reading: () => void fill(longHistory(now, 60)),
    toast: () => {
      fill(afternoon(now));
      const title = 'deploy-bot did not start.';
      setTimeout(() => chat.notify({ title, detail: 'Its command was not found on the server.' }), 100);
    },
  };
}

function atWork(now: number, asking: string, writing: string): readonly WorkView[] {
  return [
    {
      key: 'w1',
      user: scribe,
      activity: 'working',
      detail: 'check_links',
      fraction: 0.62,
      since: now - 40_000,
      mine: true,
      messageKey: writing,
    },
    {
      key: 'w2',
      user: deploy,
      activity: 'waiting',
      asksMe: true,
      since: now - 690_000,
      mine: false,
      messageKey: asking,
    },
  ];
}
