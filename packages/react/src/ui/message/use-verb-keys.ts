/** Keys that do something with the message that has the focus: the same verbs as its buttons. */
import type { KeyboardEvent } from 'react';
import { type DraftingControl, useDraftingControl } from '../composer/drafting.ts';
import { copyText } from '../controls/copy.ts';
import type { RoomView } from '../view/chat.ts';
import { useRoomView } from '../view/hooks.ts';
import type { MessageView } from '../view/model.ts';
import { plainText } from './plain-text.ts';

export function useVerbKeys(message: MessageView): (event: KeyboardEvent<HTMLElement>) => void {
  const room = useRoomView();
  const drafting = useDraftingControl();
  return (event) => {
    const row = event.currentTarget;
    // Esc leads out of what is inside the row; all other keys belong to the row itself.
    if (event.target !== row) {
      if (event.key === 'Escape') row.focus();
      return;
    }
    if (event.metaKey || event.ctrlKey || event.altKey || event.nativeEvent.isComposing) return;
    if (act(event.key, { message, row, room, drafting })) event.preventDefault();
  };
}

interface Deed {
  readonly message: MessageView;
  readonly row: HTMLElement;
  readonly room: RoomView;
  readonly drafting: DraftingControl;
}

/** Whether the key meant something here. */
function act(key: string, { message, row, room, drafting }: Deed): boolean {
  const { delivery } = message;
  // With the capitals locked it is the same key.
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case 'Enter':
      row.querySelector<HTMLElement>('[role="toolbar"] button, [aria-label="Not sent"] button')?.focus();
      return true;
    case 'r':
      if (message.deleted || delivery?.state === 'failed' || delivery?.state === 'queued') return false;
      drafting.replyTo(message);
      return true;
    case 'c':
      if (message.deleted) return false;
      void copyText(plainText(message));
      return true;
    case 't':
      if (delivery?.state !== 'failed' || delivery.retryable !== true) return false;
      room.retry(message.key);
      return true;
    default:
      return false;
  }
}
