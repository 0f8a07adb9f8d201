/** A whole conversation in one hook, in the words and states of Vercel's `useChat`. */
'use client';
import {
  type ChatClient,
  type ChatError,
  type Member,
  type Message,
  type Outgoing,
  type Room,
  type Sending,
  textOf,
  type ToolExecution,
} from '@antiphon/client';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useChatClient, useRoomId, useRoomSnapshot } from './context.tsx';
import { useConnection, type UseConnection } from './use-connection.ts';
import { useLatest } from './use-latest.ts';
import { useJoined, useRoomHandle, useRoomValue, type UseRoomOptions } from './use-room.ts';
import { useTyping } from './use-typing.ts';

/** Options of {@link useChat}. */
export interface UseChatOptions extends UseRoomOptions {
  readonly onMessage?: (message: Message) => void;
  readonly onToolExecution?: (tool: ToolExecution) => void;
  readonly onError?: (error: ChatError) => void;
}

/** `submitted`: an answer is awaited; `streaming`: it is being written; `error`: one's last message failed. */
export type ChatStatus = 'ready' | 'submitted' | 'streaming' | 'error';

/** What {@link useChat} gives. */
export interface UseChat {
  readonly room: Room | undefined;
  readonly messages: readonly Message[];
  readonly status: ChatStatus;
  readonly error: ChatError | undefined;
  readonly sendMessage: (message: string | Outgoing) => Sending;
  /** Stops every answer that one may stop. */
  readonly stop: () => Promise<void>;
  /** Asks once more what one asked last. */
  readonly regenerate: () => Sending | undefined;
  /** Sends a failed message again; the last one if none is named. */
  readonly retry: (key?: string) => void;
  readonly clearError: () => void;
  readonly hasOlder: boolean;
  readonly loadOlder: (count?: number) => Promise<void>;
  readonly connection: UseConnection;
  readonly isConnected: boolean;
  readonly typing: readonly Member[];
}

const NONE: readonly Message[] = Object.freeze([]);
const NO_RUNS: Room['runs'] = Object.freeze([]);

/**
 * Joins a room and shows all of it. For very long lists take `useMessages` and `useMessage`. `null` stands for a room that
 * is not known yet.
 */
export function useChat(id?: string | null, options: UseChatOptions = {}): UseChat {
  const { client } = options;
  const chat = useChatClient(client);
  const roomId = useRoomId(id);
  const room = useRoomHandle(roomId, options);
  const messages = useAllMessages(room, roomId, client);
  const runs = useRoomValue(room, (at) => at.runs, NO_RUNS, client);
  const roomError = useRoomValue(room, (at) => at.error, undefined, client);
  const hasOlder = useRoomValue(room, (at) => at.hasOlder, false, client);
  const connection = useConnection(client);
  const { typing } = useTyping(roomId, client);
  const actions = useActions(chat, roomId, room);
  const [cleared, setCleared] = useState<ChatError | undefined>(undefined);
  useListeners(chat, room, options);

  const failure = failureOf(roomError, messages, connection.error);
  const error = failure === cleared ? undefined : failure;
  const working = runs.some(({ triggeredBy }) => triggeredBy === chat.user?.id);
  const status = statusOf(messages, working, error);
  const clearError = useCallback(
    () => setCleared(failureOf(room?.error, room?.messages ?? NONE, chat.status.error)),
    [chat, room],
  );

  const { isConnected } = connection;
  return { room, messages, status, error, clearError, hasOlder, connection, isConnected, typing, ...actions };
}

/** What the room holds; before it was joined, what the page came with and what one has written since. */
function useAllMessages(
  room: Room | undefined,
  roomId: string | null,
  client: ChatClient | undefined,
): readonly Message[] {
  const live = useRoomValue(room, (at) => at.messages, NONE, client);
  const joined = useJoined(room, client);
  const snapshot = useRoomSnapshot(roomId);
  return useMemo(
    () => (joined || !snapshot ? live : [...snapshot.messages, ...live]),
    [joined, snapshot, live],
  );
}

function failureOf(
  room: ChatError | undefined,
  messages: readonly Message[],
  connection: ChatError | undefined,
): ChatError | undefined {
  return room ?? messages.findLast(({ own }) => own)?.error ?? connection;
}

type Actions = Pick<UseChat, 'sendMessage' | 'stop' | 'regenerate' | 'retry' | 'loadOlder'>;

/** What one can do; the same functions for the life of the room. */
function useActions(chat: ChatClient, roomId: string | null, room: Room | undefined): Actions {
  return useMemo(() => {
    // The client takes a message even before the room is held: the outbox keeps it until it is.
    const sendMessage = (message: string | Outgoing) => {
      if (roomId === null) throw new Error('there is no room yet to send this to');
      return room ? room.sendMessage(message) : chat.sendMessage(roomId, message);
    };
    const lastOwn = () => room?.messages.findLast(({ own, deletedAt }) => own && deletedAt === undefined);
    const lastFailed = () => room?.messages.findLast(({ delivery }) => delivery === 'failed')?.key;
    return {
      sendMessage,
      stop: () => (room ? stopAll(room, chat.user?.id) : Promise.resolve()),
      regenerate: () => {
        const last = lastOwn();
        return last && sendMessage({ text: textOf(last), to: last.to });
      },
      retry: (key = lastFailed()) => {
        if (key !== undefined) room?.retry(key);
      },
      loadOlder: (count) => room?.loadOlder(count) ?? Promise.resolve(),
    };
  }, [chat, roomId, room]);
}

/** Stops one's own runs, and messages that stream outside of any run. */
async function stopAll(room: Room, me: string | undefined): Promise<void> {
  const mine = room.runs.filter(({ triggeredBy }) => triggeredBy === me);
  const loose = room.messages.filter(
    ({ status, run }) => status === 'streaming' && (run === undefined || !room.getRun(run)),
  );
  await Promise.all([...mine.map((run) => run.cancel()), ...loose.map(({ key }) => room.stop(key))]);
}

function statusOf(messages: readonly Message[], working: boolean, error: ChatError | undefined): ChatStatus {
  if (messages.some(({ status, own }) => status === 'streaming' && !own)) return 'streaming';
  const sending = messages.some(({ delivery }) => delivery === 'sending' || delivery === 'queued');
  if (working || sending) return 'submitted';
  return error ? 'error' : 'ready';
}

/** Calls the listeners of the latest render. */
function useListeners(chat: ChatClient, room: Room | undefined, options: UseChatOptions): void {
  const latest = useLatest(options);
  useEffect(() => {
    if (!room) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    room.onMessage((message) => latest.current.onMessage?.(message), { signal });
    room.onToolExecution((tool) => latest.current.onToolExecution?.(tool), { signal });
    chat.onError((error) => latest.current.onError?.(error), { signal });
    return () => stop.abort();
  }, [chat, room, latest]);
}
