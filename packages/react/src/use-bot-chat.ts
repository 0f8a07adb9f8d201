/** A conversation with one bot in one hook: the session is found or made, and joined. */
'use client';
import {
  type Auth,
  type Bot,
  type ChatClient,
  ChatError,
  createChatClient,
  type Message,
  type Outgoing,
  type Room,
} from '@antiphon/client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { openSession } from './bot-session.ts';
import { useNearestClient } from './context.tsx';
import { useBot, type UseBot } from './use-bots.ts';
import { useLatest } from './use-latest.ts';
import { useChat, type UseChat, type UseChatOptions } from './use-chat.ts';

/** Options of {@link useBotChat}. */
export interface UseBotChatOptions extends Omit<UseChatOptions, 'client'> {
  /** The bot to talk with. */
  readonly botId: string;
  /** A room in which to talk with it; otherwise one's own session with it. */
  readonly room?: string | undefined;
  /** Who talks: with another `userId` begins another connection. Only needed with a `token`. */
  readonly userId?: string | undefined;
  /** A token, or where tokens come from; without one, the client of the nearest `ChatProvider` is used. */
  readonly token?: Auth | undefined;
  /** Where the server is, if it is not where the page comes from; only with a `token`. */
  readonly url?: string | undefined;
  /** Connect and join while mounted; on by default. Otherwise `joinBot` begins. */
  readonly autoConnect?: boolean | undefined;
  /** The bot, or what it is doing, has another status. */
  readonly onStatusUpdate?: ((update: BotStatusUpdate) => void) | undefined;
}

/** How a bot is, and what it is doing in this conversation. */
export type BotStatusUpdate = Pick<UseBot, 'status' | 'error' | 'activity' | 'run' | 'queue'> & {
  readonly botId: string;
};

/** What {@link useBotChat} gives: everything that `useChat` does, and how the bot is. */
export interface UseBotChat
  extends Omit<UseChat, 'sendMessage'>, Pick<UseBot, 'bot' | 'activity' | 'run' | 'queue'> {
  readonly client: ChatClient;
  /** The id of the room, once it is known. */
  readonly roomId: string | null;
  readonly botStatus: UseBot['status'];
  /** Says something to the bot; joins first, if need be. Resolves when the server has it. */
  readonly sendMessage: (message: string | Outgoing) => Promise<Message>;
  /** Connects, finds or makes the room, and waits until it was joined. */
  readonly joinBot: () => Promise<Room>;
  readonly startBot: () => Promise<Bot>;
  readonly stopBot: () => Promise<Bot>;
}

/** What came of looking for the session. */
interface Session {
  readonly client: ChatClient;
  readonly botId: string;
  readonly id?: string;
  readonly error?: ChatError;
}

/** Talks with a bot. */
export function useBotChat(options: UseBotChatOptions): UseBotChat {
  const { botId, room: given, autoConnect = true } = options;
  const client = useClient(options);
  const [session, setSession] = useState<Session>();
  const mine = session?.client === client && session.botId === botId ? session : undefined;
  const known = mine?.id ?? null;
  const roomId = autoConnect ? (given ?? known) : known;
  const chat = useChat(roomId, { ...options, client });
  const about = useBot(botId, { room: roomId, client });

  const joinBot = useCallback(async () => {
    // Whoever asks stays connected; with `autoConnect` that is for as long as this is mounted.
    if (!autoConnect) await client.connect();
    const id = given ?? (await openSession(client, botId));
    setSession({ client, botId, id });
    return joinedRoom(client, id);
  }, [client, botId, given, autoConnect]);

  useEffect(() => (autoConnect ? client.retain() : undefined), [client, autoConnect]);
  const wanted = autoConnect && given === undefined && known === null && chat.isConnected;
  useEffect(() => {
    if (!wanted) return;
    openSession(client, botId).then(
      (id) => setSession({ client, botId, id }),
      (cause: unknown) => cause instanceof ChatError && setSession({ client, botId, error: cause }),
    );
  }, [client, botId, wanted]);
  useStatusUpdates(options, about);

  const sendMessage = useCallback(
    async (message: string | Outgoing) => {
      const words = typeof message === 'string' ? { text: message } : message;
      const id = roomId ?? (await joinBot()).id;
      // Among others it has to be told that it is meant; in a session it knows.
      return client.sendMessage(id, given === undefined ? words : { to: [botId], ...words }).settled;
    },
    [client, botId, given, roomId, joinBot],
  );
  const { bot, status: botStatus, activity, run, queue, start: startBot, stop: stopBot } = about;
  const bots = { bot, botStatus, activity, run, queue, startBot, stopBot };
  const error = chat.error ?? mine?.error;
  return { ...chat, ...bots, error, client, roomId, joinBot, sendMessage };
}

/** Waits until a room was joined; whoever shows it holds it by then. */
async function joinedRoom(client: ChatClient, id: string): Promise<Room> {
  const room = client.joinRoom(id);
  try {
    await room.ready;
    return room;
  } finally {
    room.leave();
  }
}

/** A client of one's own where there is a token, that of the nearest provider where there is none. */
function useClient({ token, url = '/', userId }: UseBotChatOptions): ChatClient {
  const nearest = useNearestClient();
  const latest = useLatest(token);
  const given = token !== undefined;
  const own = useMemo(() => {
    if (!given) return undefined;
    // Nothing opens before somebody holds on to it. A new token is taken when one is needed next.
    const auth: Auth = (request) => {
      const { current } = latest;
      return typeof current === 'function' ? current(request) : current;
    };
    return createChatClient({ url, auth });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- with another user begins another connection
  }, [given, url, userId]);
  const client = own ?? nearest;
  if (!client) throw new Error('give a token, or put <ChatProvider client={…}> above this component');
  return client;
}

/** Tells of every new status, in the words of the latest render. */
function useStatusUpdates({ botId, onStatusUpdate }: UseBotChatOptions, about: UseBot): void {
  const { status, error, activity, run, queue } = about;
  const latest = useLatest(onStatusUpdate);
  const told = useRef<BotStatusUpdate>(undefined);
  useEffect(() => {
    const update: BotStatusUpdate = { botId, status, error, activity, run, queue };
    // Mounted twice, as StrictMode does, it is news once.
    const before: Partial<BotStatusUpdate> = told.current ?? {};
    if (
      status === undefined ||
      Object.entries(update).every(([name, value]) => before[name as 'run'] === value)
    )
      return;
    told.current = update;
    latest.current?.(update);
  }, [botId, status, error, activity, run, queue, latest]);
}
