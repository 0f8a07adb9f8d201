/** Tool calls: what runs, how far it is, and how to stop it. */
'use client';
import type { Room, ToolExecution } from '@antiphon/client';
import { useMemo } from 'react';
import { useRoomHandle, useRoomValue } from './use-room.ts';

const NONE: Room['tools']['all'] = Object.freeze([]);

/** What {@link useToolExecutions} gives. */
export interface UseToolExecutions {
  readonly tools: readonly ToolExecution[];
  /** Those that wait for a person's decision. */
  readonly waiting: readonly ToolExecution[];
  readonly cancel: (call: string) => Promise<void>;
}

/** The tool calls of a room; with `active` only those that are not over. */
export function useToolExecutions(
  id?: string,
  { active = false }: { active?: boolean } = {},
): UseToolExecutions {
  const room = useRoomHandle(id);
  const tools = useRoomValue(room, (at) => (active ? at.tools.active : at.tools.all), NONE);
  return useMemo(
    () => ({
      tools,
      waiting: tools.filter(({ state }) => state === 'waiting_approval'),
      cancel: (call: string) => room?.tools.cancel(call) ?? Promise.resolve(),
    }),
    [room, tools],
  );
}

/** One tool call, with how to stop it. */
export function useToolExecution(
  call: string,
  id?: string,
): (ToolExecution & { cancel: () => Promise<void> }) | undefined {
  const room = useRoomHandle(id);
  const tool = useRoomValue(room, (at) => at.tools.get(call), undefined);
  return useMemo(
    () => tool && { ...tool, cancel: () => room?.tools.cancel(call) ?? Promise.resolve() },
    [room, tool, call],
  );
}
