/** For pages that are written for assistant-ui: a room as the runtime that drives its components. */
'use client';
import { type ChatClient, type Outgoing, type Part, type Room, type Scope, textOf } from '@antiphon/client';
import {
  type AppendMessage,
  type AssistantRuntime,
  type ExternalStoreAdapter,
  useExternalStoreRuntime,
} from '@assistant-ui/react';
import { useMemo } from 'react';
import { convertMessage, type Shown, shownOf } from './assistant-ui/convert.ts';
import { useChatClient } from './context.tsx';
import { useRoomHandle, useRoomValue } from './use-room.ts';
import { useRooms } from './use-rooms.ts';

/** Options of {@link useRoomRuntime}. */
export interface UseRoomRuntime {
  /** Shows another room, in answer to a click in the list of threads. Without it there is no list. */
  readonly onSwitchToRoom?: ((room: string) => void) | undefined;
  /** Begins another conversation. */
  readonly onNewRoom?: (() => void) | undefined;
}

const NOTHING: readonly never[] = Object.freeze([]);

/** The runtime for `AssistantRuntimeProvider`: shows a room and takes part in it. */
export function useRoomRuntime(id: string, options: UseRoomRuntime = {}): AssistantRuntime {
  const chat = useChatClient();
  const room = useRoomHandle(id);
  const messages = useRoomValue(room, (at) => at.messages, NOTHING);
  const approvals = useRoomValue(room, (at) => at.approvals.all, NOTHING);
  const members = useRoomValue(room, (at) => at.members, NOTHING);
  const runs = useRoomValue(room, (at) => at.runs, NOTHING);
  const state = useRoomValue(room, (at) => at.state, 'joining');
  const hasEarlier = useRoomValue(room, (at) => at.hasOlder, false);
  const threadList = useThreadList(id, options);
  const actions = useMemo(() => actionsIn(chat, id, room), [chat, id, room]);
  // What is shown is read from the room; these say when.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const shown = useMemo(() => (room ? shownOf(room) : NOTHING), [room, messages, approvals, members]);
  const adapter: ExternalStoreAdapter<Shown> = {
    messages: shown,
    convertMessage,
    // Of the runs that others caused, their messages tell: they keep nobody from writing.
    isRunning: runs.some(({ triggeredBy }) => triggeredBy === chat.user?.id),
    isLoading: state === 'joining',
    isDisabled: state === 'denied',
    hasEarlier,
    ...actions,
    ...(threadList && { adapters: { threadList } }),
  };
  return useExternalStoreRuntime(adapter);
}

type Actions = Pick<
  ExternalStoreAdapter<Shown>,
  'onLoadEarlier' | 'onNew' | 'onEdit' | 'onReload' | 'onCancel' | 'onRespondToToolApproval'
>;

/** What a person can do; the same functions for the life of the room. */
function actionsIn(chat: ChatClient, id: string, room: Room | undefined): Actions {
  // It is in the room at once, and says itself when it cannot be delivered: nobody waits for that here.
  const send = (outgoing: Outgoing): Promise<void> => {
    chat.sendMessage(id, outgoing);
    return Promise.resolve();
  };
  return {
    onLoadEarlier: () => room?.loadOlder() ?? Promise.resolve(),
    onNew: (message) => send({ parts: toParts(message) }),
    // What was said stays said: the room is not one person's to rewrite. The new words are said after it, and answered.
    onEdit: (message) => send({ parts: toParts(message) }),
    onReload: (parent) => {
      const asked = parent === null ? undefined : room?.getMessage(parent);
      return asked ? send({ text: textOf(asked), to: asked.to }) : Promise.resolve();
    },
    onCancel: async () => {
      const mine = room?.runs.filter(({ triggeredBy }) => triggeredBy === chat.user?.id) ?? [];
      await Promise.all(mine.map((run) => run.cancel()));
    },
    onRespondToToolApproval: async ({ approvalId, approved, optionId, reason }) => {
      await room?.approvals.decide(approvalId, {
        action: approved ? 'approve' : 'deny',
        ...(approved && isScope(optionId) && { scope: optionId }),
        ...(reason !== undefined && { reason }),
      });
    },
  };
}

function isScope(option: string | undefined): option is Scope {
  return option === 'once' || option === 'session' || option === 'always';
}

function toParts({ content }: AppendMessage): Part[] {
  return content.flatMap(({ type, text }) => (type === 'text' && text ? [{ type: 'text', text }] : []));
}

/** One's rooms as threads. */
function useThreadList(id: string, { onSwitchToRoom, onNewRoom }: UseRoomRuntime): object | undefined {
  const rooms = useRooms();
  const threads = useMemo(
    () => rooms.map((room) => ({ status: 'regular' as const, id: room.id, title: room.name })),
    [rooms],
  );
  if (!onSwitchToRoom) return undefined;
  return {
    threadId: id,
    threads,
    onSwitchToThread: onSwitchToRoom,
    ...(onNewRoom && { onSwitchToNewThread: onNewRoom }),
  };
}
