/** Writing into a room: the draft, what is attached, names that are being called, and whether it can be sent. */
'use client';
import type { FilePart, Member, Outgoing, Part, Room, Sending } from '@antiphon/client';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { useChatClient, useRoomId } from './context.tsx';
import { useDraft } from './draft.ts';
import { isEnter } from './enter.ts';
import { candidates, complete, mentionAt, type MentionQuery } from './mention.ts';
import { useLatest } from './use-latest.ts';
import { NOBODY, useRoomHandle, useRoomValue } from './use-room.ts';
import { useSelector } from './use-selector.ts';

/** What {@link useComposer} gives. */
export interface UseComposer {
  /** The draft, kept on this device for each room. */
  readonly text: string;
  /** Tells the others that one is typing, too. */
  readonly setText: (text: string, caret?: number) => void;
  /** Sends what is written; nothing if it cannot be sent. It waits in the outbox where there is no connection. */
  readonly send: (more?: Omit<Outgoing, 'text' | 'parts'>) => Sending | undefined;
  readonly canSend: boolean;
  /** Why nothing can be sent at all. */
  readonly reason: string | undefined;
  /** Files that go along, by reference: they have been put somewhere already. */
  readonly attachments: readonly FilePart[];
  readonly attach: (file: FilePart) => void;
  readonly detach: (file: FilePart) => void;
  readonly mention: Mention;
  /** Sends with Enter; neither while an input method composes nor with Shift. */
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** A name that is being called. */
export interface Mention {
  /** Who could be meant. */
  readonly users: readonly Member[];
  /** The caret is here now. */
  readonly look: (caret: number) => void;
  /** Puts the whole name in; answers with where the caret goes. */
  readonly pick: (user: Member) => number;
}

const NOTHING: readonly FilePart[] = Object.freeze([]);

/** The composer of a room. */
export function useComposer(id?: string): UseComposer {
  const chat = useChatClient();
  const roomId = useRoomId(id);
  const room = useRoomHandle(roomId);
  const [text, save] = useDraft(roomId);
  const [attachments, setAttachments] = useState(NOTHING);
  const [query, setQuery] = useState<MentionQuery | null>(null);
  const members = useRoomValue(room, (at) => at.members, NOBODY);
  const reason = useReason(room);
  const canSend = reason === undefined && (text.trim() !== '' || attachments.length > 0);
  const latest = useLatest({ text, attachments, query, canSend });

  const actions = useMemo(() => {
    const send: UseComposer['send'] = (more) => {
      const now = latest.current;
      if (!now.canSend) return undefined;
      const words: Part[] = now.text.trim() === '' ? [] : [{ type: 'text', text: now.text.trim() }];
      const sending = chat.sendMessage(roomId, { ...more, parts: [...words, ...now.attachments] });
      save('');
      setAttachments(NOTHING);
      return sending;
    };
    return {
      send,
      setText: (next: string, caret = next.length) => {
        save(next);
        setQuery(mentionAt(next, caret));
        if (next !== '') room?.typing.keystroke();
      },
      attach: (file: FilePart) => setAttachments((held) => [...held, file]),
      detach: (file: FilePart) => setAttachments((held) => held.filter((one) => one !== file)),
      look: (caret: number) => setQuery(mentionAt(latest.current.text, caret)),
      pick: ({ name }: Member) => {
        const now = latest.current;
        if (!now.query) return now.text.length;
        const done = complete(now.text, now.query, name);
        setQuery(null);
        save(done.text);
        return done.caret;
      },
      onKeyDown: (event: KeyboardEvent) => {
        if (!isEnter(event)) return;
        event.preventDefault();
        send();
      },
    };
  }, [chat, roomId, room, save, latest]);

  const users = useMemo(() => (query ? candidates(members, query.query) : NOBODY), [members, query]);
  const { look, pick, ...rest } = actions;
  return { text, canSend, reason, attachments, mention: { users, look, pick }, ...rest };
}

/** Only what no waiting heals keeps one from sending. */
function useReason(room: Room | undefined): string | undefined {
  return useSelector(({ status: { state, error } }) => {
    if (state === 'failed') return error?.message;
    return (
      room?.error?.message ?? (room?.me?.role === 'viewer' ? 'you can read here, but not write' : undefined)
    );
  });
}
