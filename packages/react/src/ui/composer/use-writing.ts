/** The text in the composer: a draft of the room, or the words of a message that is being changed. */
import { useState } from 'react';
import { useDraft } from '../../draft.ts';
import { plainText } from '../message/plain-text.ts';
import type { RoomView } from '../view/chat.ts';
import { useSay } from './say.ts';
import type { Drafting, DraftingControl } from './drafting.ts';

interface Writing {
  readonly text: string;
  readonly setText: (text: string) => void;
  /** Sends or saves; false if there was nothing to send. */
  readonly send: () => boolean;
}

export function useWriting(room: RoomView, drafting: Drafting, control: DraftingControl): Writing {
  const [draft, setDraft] = useDraft(room.id);
  const say = useSay();
  const [edited, setEdited] = useState('');
  const [seen, setSeen] = useState(drafting);
  // Beginning to edit puts the message's words into the field; the draft waits untouched.
  if (seen !== drafting) {
    setSeen(drafting);
    if (drafting.mode === 'edit') setEdited(plainText(drafting.message));
  }
  const editing = drafting.mode === 'edit';
  const text = editing ? edited : draft;
  const send = (): boolean => {
    const words = text.trim();
    if (words === '') return false;
    if (drafting.mode === 'edit') {
      if (words !== plainText(drafting.message)) void room.edit(drafting.message.key, words);
    } else {
      say(drafting.mode === 'reply' ? { text: words, replyTo: drafting.message.key } : { text: words });
      setDraft('');
    }
    control.reset();
    return true;
  };
  return { text, setText: editing ? setEdited : setDraft, send };
}
