/** What is being written in each room, kept on this device until it is sent. */
import { useState } from 'react';

const PREFIX = 'antiphon.draft.';

export function loadDraft(roomId: string): string {
  try {
    return localStorage.getItem(PREFIX + roomId) ?? '';
  } catch {
    return '';
  }
}

export function saveDraft(roomId: string, text: string): void {
  try {
    if (text === '') localStorage.removeItem(PREFIX + roomId);
    else localStorage.setItem(PREFIX + roomId, text);
  } catch {
    // Storage may be full or forbidden: the draft then lasts as long as the page.
  }
}

/** Somebody leaves this device: what they did not send is nobody else's. */
export function forgetDrafts(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // Where nothing can be stored, nothing was.
  }
}

/** The draft of one room; mount the composer anew for another room. */
export function useDraft(roomId: string): readonly [string, (text: string) => void] {
  const [text, setText] = useState(() => loadDraft(roomId));
  return [
    text,
    (next) => {
      setText(next);
      saveDraft(roomId, next);
    },
  ];
}
