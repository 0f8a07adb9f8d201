/** Keys that work everywhere on the page: the palette, the sheet of keys, and moving between rooms and regions. */
import { useEffect, useRef } from 'react';
import type { RoomSummary } from '../page/page.ts';
import { openRoom } from './route.ts';

/** In the order in which F6 visits them. */
const REGIONS = ['.room-nav', '.ap-log-scroll', '.ap-composer textarea', '.panel'];

/** How the key is called with which the page's own keys are pressed. */
export const COMMAND = /mac|iphone|ipad/iu.test(navigator.userAgent) ? '⌘' : 'Ctrl';

interface Shortcuts {
  readonly rooms: readonly RoomSummary[];
  readonly current: string | null;
  readonly onPalette: () => void;
  readonly onAgents: () => void;
  readonly onKeys: () => void;
}

export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { rooms, current, onPalette, onAgents, onKeys } = latest.current;
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k')
        (event.shiftKey ? onAgents : onPalette)();
      else if (event.key === '?' && !isWriting(event.target)) onKeys();
      else if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp'))
        step(rooms, current, event.key === 'ArrowDown' ? 1 : -1, event.shiftKey);
      else if (event.key === 'F6') nextRegion(event.shiftKey ? -1 : 1);
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

/** Where a key is a letter. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

function step(rooms: readonly RoomSummary[], current: string | null, by: 1 | -1, onlyUnread: boolean): void {
  const at = rooms.findIndex((room) => room.id === current);
  for (let n = 1; n <= rooms.length; n += 1) {
    const room = rooms[(at + by * n + rooms.length * 2) % rooms.length];
    if (room && (!onlyUnread || room.unread > 0)) {
      openRoom(room.id);
      return;
    }
  }
}

function nextRegion(by: 1 | -1): void {
  const regions = REGIONS.flatMap((selector) => document.querySelector<HTMLElement>(selector) ?? []).filter(
    (region) => region.checkVisibility(),
  );
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  regions[(at + by + regions.length) % regions.length]?.focus();
}
