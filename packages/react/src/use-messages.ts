/** Messages for long lists: keys for the list, one subscription per row. */
'use client';
import type { ChatClient, Message, Room } from '@antiphon/client';
import { useCallback, useMemo, useState, useSyncExternalStore } from 'react';
import { useRoomId, useRoomSnapshot } from './context.tsx';
import { useJoined, useRoomHandle, useRoomValue, type UseRoomOptions } from './use-room.ts';

/** What {@link useMessages} gives. */
export interface UseMessages {
  /** Keys, oldest first; the same array until the list itself changes. */
  readonly keys: readonly string[];
  /** The first message that was unread when the room opened here. */
  readonly firstUnread: string | undefined;
  readonly hasOlder: boolean;
  readonly isLoading: boolean;
  readonly loadOlder: (count?: number) => Promise<void>;
}

const NONE: readonly string[] = Object.freeze([]);

/** The keys of a room's messages. Does not render while text streams. */
export function useMessages(id?: string, options?: UseRoomOptions): UseMessages {
  const room = useRoomHandle(id, options);
  const snapshot = useRoomSnapshot(useRoomId(id));
  const client = options?.client;
  const joined = useJoined(room, client);
  const live = useRoomValue(room, (at) => at.keys, NONE, client);
  const hasOlder = useRoomValue(room, (at) => at.hasOlder, false, client);
  const loading = useRoomValue(room, (at) => at.isLoadingOlder || at.state === 'joining', true, client);
  const keys = useMemo(
    () => (joined || !snapshot ? live : [...snapshot.messages.map(({ key }) => key), ...live]),
    [joined, snapshot, live],
  );
  const firstUnread = useFirstUnread(room, keys, client);
  const loadOlder = useCallback((count?: number) => room?.loadOlder(count) ?? Promise.resolve(), [room]);
  return { keys, firstUnread, hasOlder, isLoading: loading && (joined || !snapshot), loadOlder };
}

/** One message; renders when this message changes and at no other time. */
export function useMessage(key: string, id?: string): Message | undefined {
  const room = useRoomHandle(id);
  const snapshot = useRoomSnapshot(useRoomId(id));
  const subscribe = useCallback(
    (notify: () => void) => room?.subscribeMessage(key, notify) ?? (() => undefined),
    [room, key],
  );
  const before = () => snapshot?.messages.find((message) => message.key === key);
  return useSyncExternalStore(subscribe, () => room?.getMessage(key) ?? before(), before);
}

/** Stays where it was when the room opened, although reading goes on. */
function useFirstUnread(
  room: Room | undefined,
  keys: readonly string[],
  client: ChatClient | undefined,
): string | undefined {
  const joined = useRoomValue(room, ({ state }) => state === 'joined', false, client);
  const [opened, setOpened] = useState<{ room: Room; read: number } | undefined>(undefined);
  if (room && joined && opened?.room !== room) setOpened({ room, read: room.unread.read });
  return useMemo(() => {
    if (!room || opened?.room !== room) return undefined;
    return keys.find((key) => {
      const message = room.getMessage(key);
      return message && !message.own && (message.ordinal ?? 0) > opened.read;
    });
  }, [room, opened, keys]);
}
