/** A whole conversation in one hook, in the words and states of Vercel's `useChat`. */
'use client';
import {
  type ChatError,
  isFinalRun,
  type Member,
  type Message,
  type Outgoing,
  type Room,
  type Sending,
  textOf,
  type ToolExecution,
} from '@antiphon/client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useChatClient, useRoomId } from './context.tsx';
import { useConnection, type UseConnection } from './use-connection.ts';
import { useRoomHandle, useRoomValue, type UseRoomOptions } from './use-room.ts';
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

/** Joins a room and shows all of it. For very long lists take `useMessages` and `useMessage`. */
export function useChat(id?: string, options: UseChatOptions = {}): UseChat {
  const chat = useChatClient();
  const roomId = useRoomId(id);
  const room = useRoomHandle(roomId, options);
  const messages = useRoomValue(room, (at) => at.messages, NONE);
  const runs = useRoomValue(room, (at) => at.runs, NO_RUNS);
  const roomError = useRoomValue(room, (at) => at.error, undefined);
  const hasOlder = useRoomValue(room, (at) => at.hasOlder, false);
  const connection = useConnection();
  const { typing } = useTyping(roomId);
  const [cleared, setCleared] = useState<ChatError | undefined>(undefined);
  useListeners(room, options);

  const failed = messages.findLast(({ own }) => own);
  const error = useUncleared(roomError ?? failed?.error ?? connection.error, cleared);
  const me = chat.user?.id;
  const status = statusOf(
    messages,
    runs.some(({ triggeredBy }) => triggeredBy === me),
    error,
  );

  const sendMessage = useCallback(
    (message: string | Outgoing) => (chat.getRoom(roomId) ?? chatRoom(chat, roomId)).sendMessage(message),
    [chat, roomId],
  );
  const stop = useCallback(async () => {
    if (!room) return;
    const writing = room.messages.filter(
      ({ status: how, run }) => how === 'streaming' && (run === undefined || !room.getRun(run)),
    );
    const mine = room.runs.filter(
      ({ state, triggeredBy }) => !isFinalRun(state) && triggeredBy === chat.user?.id,
    );
    await Promise.all([...mine.map((run) => run.cancel()), ...writing.map(({ key }) => room.stop(key))]);
  }, [chat, room]);
  const regenerate = useCallback(() => {
    const last = room?.messages.findLast(({ own, deletedAt }) => own && deletedAt === undefined);
    return last && room?.sendMessage({ text: textOf(last), to: last.to });
  }, [room]);
  const retry = useCallback(
    (key?: string) => {
      const which = key ?? room?.messages.findLast(({ delivery }) => delivery === 'failed')?.key;
      if (which !== undefined) room?.retry(which);
    },
    [room],
  );
  const loadOlder = useCallback((count?: number) => room?.loadOlder(count) ?? Promise.resolve(), [room]);
  const clearError = useCallback(() => setCleared(error), [error]);

  const { isConnected } = connection;
  return useMemo(
    () => ({
      room,
      messages,
      status,
      error,
      sendMessage,
      stop,
      regenerate,
      retry,
      clearError,
      hasOlder,
      loadOlder,
      connection,
      isConnected,
      typing,
    }),
    [
      room,
      messages,
      status,
      error,
      sendMessage,
      stop,
      regenerate,
      retry,
      clearError,
      hasOlder,
      loadOlder,
      connection,
      isConnected,
      typing,
    ],
  );
}

/** Sending before the room is held: the outbox keeps it until it is. */
function chatRoom(chat: ReturnType<typeof useChatClient>, id: string): Pick<Room, 'sendMessage'> {
  return { sendMessage: (message) => chat.sendMessage(id, message) };
}

function useUncleared(error: ChatError | undefined, cleared: ChatError | undefined): ChatError | undefined {
  return error === cleared ? undefined : error;
}

function statusOf(messages: readonly Message[], working: boolean, error: ChatError | undefined): ChatStatus {
  if (messages.some(({ status, own }) => status === 'streaming' && !own)) return 'streaming';
  const sending = messages.some(({ delivery }) => delivery === 'sending' || delivery === 'queued');
  if (working || sending) return 'submitted';
  return error ? 'error' : 'ready';
}

/** Calls the listeners of the latest render. */
function useListeners(room: Room | undefined, options: UseChatOptions): void {
  const chat = useChatClient();
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    if (!room) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    room.onMessage((message) => latest.current.onMessage?.(message), { signal });
    room.onToolExecution((tool) => latest.current.onToolExecution?.(tool), { signal });
    chat.onError((error) => latest.current.onError?.(error), { signal });
    return () => stop.abort();
  }, [chat, room]);
}
