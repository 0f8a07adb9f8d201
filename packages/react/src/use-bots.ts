/** Bots, and what they are at. */
'use client';
import type { Bot, BotStatus, Room, Run } from '@antiphon/client';
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
  readonly activity: BotActivity | undefined;
  /** The run that it works on in this room. */
  readonly run: Run | undefined;
  readonly cancel: () => Promise<void>;
}

const NO_BOTS: readonly Bot[] = Object.freeze([]);
const NO_RUNS: Room['runs'] = Object.freeze([]);

/** Every bot of the server. */
export function useBots(): readonly Bot[] {
  const chat = useChatClient();
  useEffect(() => void chat.loadBots().catch(() => undefined), [chat]);
  return useSelector(({ bots }) => bots);
}

/** One bot in a room. */
export function useBot(id: string, { room: at }: { room?: string } = {}): UseBot {
  const room = useRoomHandle(at);
  const bots = useRoomValue(room, (now) => now.bots, NO_BOTS);
  const runs = useRoomValue(room, (now) => now.runs, NO_RUNS);
  return useMemo(() => {
    const bot = bots.find(({ user }) => user.id === id);
    const own = runs.filter((run) => run.bot === id);
    const run = own.find(({ state }) => state !== 'queued') ?? own[0];
    return {
      bot,
      status: bot?.status,
      activity: run && activityOf(run),
      run,
      cancel: () => run?.cancel() ?? Promise.resolve(),
    };
  }, [bots, runs, id]);
}

function activityOf({ state }: Run): BotActivity {
  if (state === 'queued') return 'queued';
  if (state === 'executing') return 'working';
  return state === 'waiting_approval' ? 'waiting' : 'thinking';
}
