/** How components look at state: one value, one subscription, no more renders than that value has changes. */
import { createContext, useContext, useMemo, useSyncExternalStore } from 'react';
import type { ChatView, RoomView } from './chat.ts';
import type { LogItem } from './model.ts';
import type { Readable } from './readable.ts';

export const ChatViewContext = createContext<ChatView | null>(null);
export const RoomViewContext = createContext<RoomView | null>(null);

export function useChatView(): ChatView {
  const chat = useContext(ChatViewContext);
  if (!chat) throw new Error('put <ChatRoom room="…"> above this component');
  return chat;
}

export function useRoomView(): RoomView {
  const room = useContext(RoomViewContext);
  if (!room) throw new Error('put <ChatRoom room="…"> above this component');
  return room;
}

export function useReadable<T>(readable: Readable<T>): T {
  return useSyncExternalStore(readable.subscribe, readable.get, readable.get);
}

/** Watches what `select` makes of a value. `select` must return a primitive or a stable object. */
export function useSelected<T, S>(readable: Readable<T>, select: (value: T) => S): S {
  const read = (): S => select(readable.get());
  return useSyncExternalStore(readable.subscribe, read, read);
}

const nothing: Readable<undefined> = { get: () => undefined, subscribe: () => () => undefined };

/** One element of the log; renders again only when this element changes. */
export function useItem(key: string | undefined): LogItem | undefined {
  const room = useRoomView();
  return useReadable(useMemo(() => (key === undefined ? nothing : room.item(key)), [room, key]));
}

/** A primitive made of one element of the log; neighbours use it so that streaming does not wake them. */
export function useItemSelected<S>(key: string | undefined, select: (item: LogItem | undefined) => S): S {
  const room = useRoomView();
  const readable = useMemo<Readable<LogItem | undefined>>(
    () => (key === undefined ? nothing : room.item(key)),
    [room, key],
  );
  return useSelected(readable, select);
}
