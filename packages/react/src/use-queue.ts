/** What waits for a bot in a room, and why. */
'use client';
import type { Queue, QueueReason } from '@antiphon/client';
import { useCallback } from 'react';
import { useRoomHandle, useRoomValue } from './use-room.ts';

/** What {@link useQueue} gives. */
export interface UseQueue {
  readonly queue: Queue | undefined;
  readonly count: number;
  /** Why the first one waits. */
  readonly reason: QueueReason | undefined;
  /** Which place a run has; 1 is next, nothing if it does not wait. */
  readonly placeOf: (run: string) => number | undefined;
  /** Lets a conversation of bots go on that came to the end of its budget. */
  readonly continueRun: (run: string) => Promise<void>;
}

/** What waits for one bot. Renders when that changes and at no other time. */
export function useQueue(bot: string, id?: string): UseQueue {
  const room = useRoomHandle(id);
  const queue = useRoomValue(room, ({ queues }) => queues.find((one) => one.bot === bot), undefined);
  const continueRun = useCallback((run: string) => room?.continueRun(run) ?? Promise.resolve(), [room]);
  const placeOf = useCallback(
    (run: string) => {
      const waiting = room?.queues.find((one) => one.bot === bot)?.waiting;
      return (waiting?.indexOf(run) ?? -1) + 1 || undefined;
    },
    [room, bot],
  );
  return { queue, count: queue?.count ?? 0, reason: queue?.reason, placeOf, continueRun };
}
