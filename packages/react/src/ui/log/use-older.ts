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
    const element = scroller.current;
    // Before the list knows that it has been scrolled to its end, it believes to be at its beginning.
    const there = element !== null && element.scrollTop < SCREENS_AHEAD * element.clientHeight;
    // A failure is reported as a notice; the row at the top offers another try.
    if (wanted && there) void room.loadOlder();
  }, [room, scroller, wanted]);
}
