/** The one provider: it hands the client down and keeps it connected while it is mounted. State lives in the client. */
'use client';
import type { ChatClient } from '@antiphon/client';
import { createContext, type ReactNode, useContext, useEffect } from 'react';

const ChatContext = createContext<ChatClient | undefined>(undefined);
const RoomContext = createContext<string | undefined>(undefined);

/** Properties of {@link ChatProvider}. */
export interface ChatProviderProps {
  readonly client: ChatClient;
  /** Connect while mounted; on by default. */
  readonly autoConnect?: boolean;
  readonly children?: ReactNode;
}

/** Makes a client available to every hook below. */
export function ChatProvider({ client, autoConnect = true, children }: ChatProviderProps): ReactNode {
  useEffect(() => (autoConnect ? client.retain() : undefined), [client, autoConnect]);
  return <ChatContext.Provider value={client}>{children}</ChatContext.Provider>;
}

/** Lets the hooks below leave out the room. */
export function RoomProvider({
  id,
  children,
}: {
  readonly id: string;
  readonly children?: ReactNode;
}): ReactNode {
  return <RoomContext.Provider value={id}>{children}</RoomContext.Provider>;
}

/** The client of the nearest provider. */
export function useChatClient(): ChatClient {
  const client = useContext(ChatContext);
  if (client === undefined) throw new Error('<ChatProvider client={…}> is missing above this component');
  return client;
}

/** The room that was named, or that of the nearest `RoomProvider`. */
export function useRoomId(id: string | undefined): string {
  const nearest = useContext(RoomContext);
  const room = id ?? nearest;
  if (room === undefined)
    throw new Error('give the id of a room, or put <RoomProvider id="…"> above this component');
  return room;
}
