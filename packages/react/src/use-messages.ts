/** Messages for long lists: keys for the list, one subscription per row. */
'use client';
import type { Message, Room } from '@antiphon/client';
import { useCallback, useMemo, useState, useSyncExternalStore } from 'react';
import { useRoomHandle, useRoomValue, type UseRoomOptions } from './use-room.ts';

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
  const keys = useRoomValue(room, (at) => at.keys, NONE);
  const hasOlder = useRoomValue(room, (at) => at.hasOlder, false);
  const isLoading = useRoomValue(room, (at) => at.isLoadingOlder || at.state === 'joining', true);
  const firstUnread = useFirstUnread(room, keys);
  const loadOlder = useCallback((count?: number) => room?.loadOlder(count) ?? Promise.resolve(), [room]);
  return useMemo(
    () => ({ keys, firstUnread, hasOlder, isLoading, loadOlder }),
    [keys, firstUnread, hasOlder, isLoading, loadOlder],
  );
}

/** One message; renders when this message changes and at no other time. */
export function useMessage(key: string, id?: string): Message | undefined {
  const room = useRoomHandle(id);
  const subscribe = useCallback(
    (notify: () => void) => room?.subscribeMessage(key, notify) ?? (() => undefined),
    [room, key],
  );
  const read = () => room?.getMessage(key);
  return useSyncExternalStore(subscribe, read, read);
}

/** Stays where it was when the room opened, although reading goes on. */
function useFirstUnread(room: Room | undefined, keys: readonly string[]): string | undefined {
  const joined = useRoomValue(room, ({ state }) => state === 'joined', false);
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
