/** What the palette offers: rooms, agents without a room yet, messages that contain the words, and other sheets. */
import { Compass, Hash, Keyboard, MessageSquareText, Plus, Settings2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar, type BotView } from '@antiphon/react/ui/kit';
import type { Sheet } from '../app/Shell.tsx';
import type { HitView, RoomSummary } from '../page/page.ts';

export interface Choice {
  readonly key: string;
  readonly name: string;
  readonly sign: ReactNode;
  readonly note?: string;
  readonly act: () => void;
}

export function roomChoice(room: RoomSummary, onOpen: (id: string) => void): Choice {
  return {
    key: room.id,
    name: room.name,
    sign: room.other ? <Avatar user={room.other} size={20} /> : <Hash aria-hidden="true" />,
    ...(room.unread > 0 ? { note: `${room.unread} unread` } : {}),
    act: () => onOpen(room.id),
  };
}

/** Agents with whom no room exists yet. */
export function newBots(
  bots: readonly BotView[],
  rooms: readonly RoomSummary[],
  open: (userId: string) => void,
): Choice[] {
  return bots
    .filter((bot) => !rooms.some((room) => room.other?.id === bot.user.id))
    .map(({ user }) => ({
      key: user.id,
      name: user.name,
      sign: <Avatar user={user} size={20} />,
      note: 'agent',
      act: () => open(user.id),
    }));
}

/** Names that begin with the query before names that contain it. */
export function match(choices: readonly Choice[], query: string): readonly Choice[] {
  const wanted = query.trim().toLocaleLowerCase();
  const name = (choice: Choice): string => choice.name.toLocaleLowerCase();
  const hits = choices.filter((choice) => name(choice).includes(wanted));
  return hits.sort((a, b) => Number(name(b).startsWith(wanted)) - Number(name(a).startsWith(wanted)));
}

export function hitChoice(hit: HitView, open: (roomId: string, messageKey: string) => void): Choice {
  return {
    key: `hit-${hit.key}`,
    name: hit.excerpt,
    sign: <MessageSquareText aria-hidden="true" />,
    note: hit.roomName,
    act: () => open(hit.roomId, hit.key),
  };
}

/** The way out of a search among agents that found none. */
export function everywhere(onSheet: (sheet: Sheet) => void): Choice {
  return {
    key: 'everywhere',
    name: 'Look everywhere',
    sign: <Compass aria-hidden="true" />,
    act: () => onSheet('palette'),
  };
}

/** Other sheets, always there below what was found. */
export function sheetChoices(onSheet: (sheet: Sheet) => void): readonly Choice[] {
  return [
    { key: 'new-room', name: 'New room', sign: <Plus aria-hidden="true" />, act: () => onSheet('new-room') },
    {
      key: 'find-rooms',
      name: 'Find a room',
      sign: <Compass aria-hidden="true" />,
      act: () => onSheet('find-rooms'),
    },
    {
      key: 'settings',
      name: 'Settings',
      sign: <Settings2 aria-hidden="true" />,
      act: () => onSheet('settings'),
    },
    { key: 'keys', name: 'Keys', sign: <Keyboard aria-hidden="true" />, act: () => onSheet('keys') },
  ];
}
