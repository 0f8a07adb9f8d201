/** Which room the address names: `/r/<id>`. The address is the only place where this is kept. */
import { useSyncExternalStore } from 'react';

const ROOM_PATH = /^\/r\/([^/]+)$/u;

const watchers = new Set<() => void>();

function subscribe(onChange: () => void): () => void {
  watchers.add(onChange);
  window.addEventListener('popstate', onChange);
  return () => {
    watchers.delete(onChange);
    window.removeEventListener('popstate', onChange);
  };
}

function roomInAddress(): string | null {
  return roomInPath(location.pathname);
}

function roomInPath(path: string): string | null {
  const id = ROOM_PATH.exec(path)?.[1];
  try {
    return id === undefined ? null : decodeURIComponent(id);
  } catch {
    return null;
  }
}

/** The room that an address names, if it is one of this page. */
export function roomOf(address: string): string | null {
  const words = address.trim();
  if (!URL.canParse(words, location.origin)) return null;
  const { origin, pathname } = new URL(words, location.origin);
  return origin === location.origin ? roomInPath(pathname) : null;
}

export function useRoomId(): string | null {
  return useSyncExternalStore(subscribe, roomInAddress);
}

/** Somebody signs out: whoever comes next begins at the front. */
export function forgetRoom(): void {
  history.replaceState(null, '', '/');
}

/** Goes to the front, from where the page goes on to a room that is there. */
export function closeRoom(): void {
  forgetRoom();
  for (const watch of [...watchers]) watch();
}

export function openRoom(id: string, { replace = false } = {}): void {
  const path = `/r/${encodeURIComponent(id)}`;
  if (path === location.pathname) return;
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  for (const watch of [...watchers]) watch();
}

/** The whole address of a room. */
export function addressOf(id: string): string {
  return `${location.origin}/r/${encodeURIComponent(id)}`;
}
