/** Tool calls: what runs, how far it is, and how to stop it or let it go on. */
'use client';
import type { Decided, Room, Scope, ToolExecution, ToolState, Verdict } from '@antiphon/client';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { useChatClient } from './context.tsx';
import { decideIn } from './use-approvals.ts';
import { useRoomHandle } from './use-room.ts';
import { useSelector } from './use-selector.ts';

const NONE: Room['tools']['all'] = Object.freeze([]);
/** Nobody reads progress faster. */
const PACE_MS = 100;

/** What {@link useToolExecutions} gives. */
export interface UseToolExecutions {
  readonly tools: readonly ToolExecution[];
  /** Those that wait for a person's decision. */
  readonly waiting: readonly ToolExecution[];
  readonly cancel: (call: string) => Promise<void>;
}

/**
 * The tool calls of a room; with `active` only those that are not over. Renders when a call begins, ends or waits:
 * take `useToolExecution` for how far one is.
 */
export function useToolExecutions(
  id?: string,
  { active = false }: { active?: boolean } = {},
): UseToolExecutions {
  const room = useRoomHandle(id);
  const tools = useSelector(() => (active ? room?.tools.active : room?.tools.all) ?? NONE, sameStates);
  const waiting = useMemo(() => tools.filter(({ state }) => state === 'waiting_approval'), [tools]);
  const cancel = useCallback((call: string) => room?.tools.cancel(call) ?? Promise.resolve(), [room]);
  return { tools, waiting, cancel };
}

function sameStates(a: readonly ToolExecution[], b: readonly ToolExecution[]): boolean {
  return a.length === b.length && a.every(({ id, state }, at) => id === b[at]?.id && state === b[at].state);
}

/** What {@link useToolExecution} gives. */
export interface UseToolExecution extends ToolExecution {
  /** What it was called with. */
  readonly input: unknown;
  readonly cancel: () => Promise<void>;
  /** Lets a call go on that waits for a decision. */
  readonly approve: (options?: { scope?: Scope; reason?: string }) => Promise<Decided>;
  readonly deny: (options?: { reason?: string }) => Promise<Decided>;
}

/** One tool call, with what can be done about it. Progress and output come at most ten times a second. */
export function useToolExecution(call: string, id?: string): UseToolExecution | undefined {
  const chat = useChatClient();
  const room = useRoomHandle(id);
  const subscribe = useCallback(
    (notify: () => void) => {
      const pace = paced(notify);
      const off = chat.subscribe(() => room?.tools.get(call), pace.changed);
      return () => {
        off();
        pace.stop();
      };
    },
    [chat, room, call],
  );
  const tool = useSyncExternalStore(
    subscribe,
    () => room?.tools.get(call),
    () => undefined,
  );
  const actions = useMemo<Pick<UseToolExecution, 'cancel' | 'approve' | 'deny'>>(() => {
    const decide = (verdict: Verdict) => decideIn(room)(room?.tools.get(call)?.approval ?? '', verdict);
    return {
      cancel: () => room?.tools.cancel(call) ?? Promise.resolve(),
      approve: (options) => decide({ action: 'approve', ...options }),
      deny: (options) => decide({ action: 'deny', ...options }),
    };
  }, [room, call]);
  return tool && { ...tool, input: tool.arguments, ...actions };
}

/** Tells of a new state at once, of anything else only so often. */
function paced(notify: () => void): { changed: (tool: ToolExecution | undefined) => void; stop: () => void } {
  let state: ToolState | undefined;
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    clearTimeout(timer);
    timer = undefined;
    last = Date.now();
    notify();
  };
  return {
    changed: (tool) => {
      const left = PACE_MS - (Date.now() - last);
      if (tool?.state !== state || left <= 0) tell();
      else timer ??= setTimeout(tell, left);
      state = tool?.state;
    },
    stop: () => clearTimeout(timer),
  };
}
