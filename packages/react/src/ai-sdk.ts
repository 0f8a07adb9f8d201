/** For pages that are written for the AI SDK: what comes to a room outside of the page's own requests. */
'use client';
import type { Room } from '@antiphon/client';
import {
  isStreaming,
  clientOf,
  mergeMessages,
  onStreamEnd,
  toUIMessages,
  type UIMessageLike,
} from '@antiphon/client/ai-sdk';
import { useEffect } from 'react';

/** What {@link useRoomSync} takes. */
export interface UseRoomSync<M extends UIMessageLike> {
  /** The room that the transport is over; nothing yet is fine. */
  readonly room: Room | undefined;
  /** As `useChat` of the SDK gives it. */
  readonly setMessages: (change: (messages: M[]) => M[]) => void;
  /** As `useChat` of the SDK gives it. With it, nothing is touched before the page has taken in the last of its own answer. */
  readonly status?: string;
}

/**
 * Brings what others say into the messages of the AI SDK's `useChat`: other people, other agents, other devices. It waits
 * while an answer of the page's own streams; then everything is put in the room's order, and known by its id.
 */
export function useRoomSync<M extends UIMessageLike>({ room, setMessages, status }: UseRoomSync<M>): void {
  const busy = status === 'submitted' || status === 'streaming';
  useEffect(() => {
    if (!room || busy) return undefined;
    const bringIn = () => {
      if (room.state === 'joining' || isStreaming(room)) return;
      setMessages((shown) => mergeMessages(shown, toUIMessages(room)));
    };
    bringIn();
    const chat = clientOf(room);
    const offs = [
      chat.subscribe(() => room.messages, bringIn),
      chat.subscribe(() => room.approvals.all, bringIn),
      chat.subscribe(() => room.state, bringIn),
      onStreamEnd(room, bringIn),
    ];
    return () => offs.forEach((off) => off());
  }, [room, setMessages, busy]);
}
