/** Bots, and what they are at. */
'use client';
import type { Bot, BotStatus, ChatClient, Queue, Room, Run } from '@antiphon/client';
import { directoryOf } from '@antiphon/client/directory';
import { useEffect, useMemo } from 'react';
import { useChatClient } from './context.tsx';
import { useRoomHandle, useRoomValue } from './use-room.ts';
import { useSelector } from './use-selector.ts';

/** What a bot does, in a word. */
export type BotActivity = 'queued' | 'thinking' | 'working' | 'waiting';

/** What {@link useBot} gives. */
export interface UseBot {
  readonly bot: Bot | undefined;
  readonly status: BotStatus | undefined;
  /** What is wrong with it. */
  readonly error: string | undefined;
  readonly activity: BotActivity | undefined;
  /** The run that it works on in this room, or the next one. */
  readonly run: Run | undefined;
  /** What waits for it in this room, and why. */
  readonly queue: Queue | undefined;
  readonly cancel: () => Promise<void>;
  /** For its owner and for administrators. */
  readonly start: () => Promise<Bot>;
  readonly stop: () => Promise<Bot>;
}

/** Options of {@link useBot}. */
export interface UseBotOptions {
  /** The room that it is in; otherwise that of the nearest `RoomProvider`. `null` for none. */
  readonly room?: string | null;
  /** Another client than that of the nearest provider. */
  readonly client?: ChatClient | undefined;
}

/** Every bot of the server. */
export function useBots(): readonly Bot[] {
  const chat = useChatClient();
  useEffect(
    () =>
      void directoryOf(chat)
        .loadBots()
        .catch(() => undefined),
    [chat],
  );
  return useSelector((at) => directoryOf(at).bots);
}

/** One bot in a room. Renders when something about this bot changes and at no other time. */
export function useBot(id: string, { room: at, client }: UseBotOptions = {}): UseBot {
  const chat = useChatClient(client);
  const room = useRoomHandle(at, { client });
  const named = ({ bots }: { bots: readonly Bot[] }) => bots.find(({ user }) => user.id === id);
  const bot = useSelector((all) => (room && named(room)) ?? named(directoryOf(all)), Object.is, client);
  const run = useRoomValue(room, ({ runs }) => current(runs, id), undefined, client);
  const queue = useRoomValue(room, ({ queues }) => queues.find((one) => one.bot === id), undefined, client);
  const actions = useMemo<Pick<UseBot, 'cancel' | 'start' | 'stop'>>(
    () => ({
      cancel: () => (room ? current(room.runs, id)?.cancel() : undefined) ?? Promise.resolve(),
      start: () => directoryOf(chat).startBot(id),
      stop: () => directoryOf(chat).stopBot(id),
    }),
    [chat, room, id],
  );
  return {
    bot,
    status: bot?.status,
    error: bot?.error,
    activity: run && activityOf(run),
    run,
    queue,
    ...actions,
  };
}

function current(runs: Room['runs'], bot: string): Run | undefined {
  const own = runs.filter((run) => run.bot === bot);
  return own.find(({ state }) => state !== 'queued') ?? own[0];
}

function activityOf({ state }: Run): BotActivity {
  if (state === 'queued') return 'queued';
  if (state === 'executing') return 'working';
  return state === 'waiting_approval' ? 'waiting' : 'thinking';
}
