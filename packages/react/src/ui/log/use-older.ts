/** Fetches older messages two screens before the reader gets there. */
import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, type RefObject } from 'react';
import { useRoomView } from '../view/hooks.ts';
import type { LogView } from '../view/model.ts';

const SCREENS_AHEAD = 2;

export function useOlder(
  scroller: RefObject<HTMLElement | null>,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  log: LogView,
): void {
  const room = useRoomView();
  const offset = virtualizer.scrollOffset ?? 0;
  const near = offset < SCREENS_AHEAD * (scroller.current?.clientHeight ?? 0);
  const wanted = near && log.hasOlder && log.loading === 'none' && log.keys.length > 0;
  useEffect(() => {
    // A failure is reported as a notice; the row at the top offers another try.
    if (wanted) void room.loadOlder();
  }, [room, wanted]);
}
