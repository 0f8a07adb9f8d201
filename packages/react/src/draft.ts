/** What is being written in each room, kept on this device until it is sent. */
import { useCallback, useSyncExternalStore } from 'react';

const PREFIX = 'antiphon.draft.';

/** Drafts that could not be stored, and those that were looked at: the same text for all who show it. */
const drafts = new Map<string, string>();
const watchers = new Set<() => void>();

function load(room: string): string {
  const held = drafts.get(room);
  if (held !== undefined) return held;
  let text = '';
  try {
    text = localStorage.getItem(PREFIX + room) ?? '';
  } catch {
    // Storage may be forbidden: a draft then lasts as long as the page.
  }
  drafts.set(room, text);
  return text;
}

function save(room: string, text: string): void {
  drafts.set(room, text);
  try {
    if (text === '') localStorage.removeItem(PREFIX + room);
    else localStorage.setItem(PREFIX + room, text);
  } catch {
    // Full or forbidden: see above.
  }
  for (const watch of [...watchers]) watch();
}

/** Somebody leaves this device: what they did not send is nobody else's. */
export function forgetDrafts(): void {
  drafts.clear();
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // Where nothing can be stored, nothing was.
  }
  for (const watch of [...watchers]) watch();
}

function subscribe(watch: () => void): () => void {
  watchers.add(watch);
  return () => watchers.delete(watch);
}

/** The draft of one room. */
export function useDraft(room: string): readonly [string, (text: string) => void] {
  const text = useSyncExternalStore(
    subscribe,
    () => load(room),
    () => '',
  );
  const set = useCallback((next: string) => save(room, next), [room]);
  return [text, set];
}
