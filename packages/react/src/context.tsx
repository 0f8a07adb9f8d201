/** The one provider: it hands the client down and keeps it connected while it is mounted. State lives in the client. */
'use client';
import type { ChatClient } from '@antiphon/client';
import { createContext, type ReactNode, useContext, useEffect } from 'react';
import type { InitialState, RoomSnapshot } from './snapshot.ts';

const ChatContext = createContext<ChatClient | undefined>(undefined);
const RoomContext = createContext<string | undefined>(undefined);
const InitialContext = createContext<InitialState>({});

/** Properties of {@link ChatProvider}. */
export interface ChatProviderProps {
  readonly client: ChatClient;
  /** Connect while mounted; on by default. */
  readonly autoConnect?: boolean;
  /** What is shown until there is a connection: what `takeSnapshot` gave where the page was rendered. */
  readonly initialState?: InitialState;
  readonly children?: ReactNode;
}

/** Makes a client available to every hook below. */
export function ChatProvider({
  client,
  autoConnect = true,
  initialState,
  children,
}: ChatProviderProps): ReactNode {
  useEffect(() => (autoConnect ? client.retain() : undefined), [client, autoConnect]);
  const within = <ChatContext.Provider value={client}>{children}</ChatContext.Provider>;
  return initialState ? (
    <InitialContext.Provider value={initialState}>{within}</InitialContext.Provider>
  ) : (
    within
  );
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

/** The client that is given, or that of the nearest provider. */
export function useChatClient(given?: ChatClient): ChatClient {
  const nearest = useContext(ChatContext);
  const client = given ?? nearest;
  if (client === undefined) throw new Error('<ChatProvider client={…}> is missing above this component');
  return client;
}

/** The client of the nearest provider, if there is one. */
export function useNearestClient(): ChatClient | undefined {
  return useContext(ChatContext);
}

/** The room that was named, or that of the nearest `RoomProvider`; `null` stands for none yet. */
export function useRoomId(id: string | undefined): string;
export function useRoomId(id: string | null | undefined): string | null;
export function useRoomId(id: string | null | undefined): string | null {
  const nearest = useContext(RoomContext);
  const room = id === undefined ? nearest : id;
  if (room === undefined)
    throw new Error('give the id of a room, or put <RoomProvider id="…"> above this component');
  return room;
}

/** What the page came with for a room. */
export function useRoomSnapshot(id: string | null): RoomSnapshot | undefined {
  const { rooms } = useContext(InitialContext);
  return id === null ? undefined : rooms?.[id];
}
