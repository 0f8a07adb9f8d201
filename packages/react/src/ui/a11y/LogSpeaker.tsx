/** Speaks what happens in the open room: new messages, an agent that begins and ends, decisions that are needed. */
import { useEffect } from 'react';
import { excerpt } from '../message/plain-text.ts';
import { useReadable, useRoomView } from '../view/hooks.ts';
import type { MessageView } from '../view/model.ts';
import { useAnnounce } from './announce.ts';
import { newSentences } from './sentences.ts';

/** Only the newest messages can change state while somebody listens. */
const WATCHED = 12;

export function LogSpeaker() {
  const room = useRoomView();
  const { keys } = useReadable(room.log);
  const announce = useAnnounce();
  const watched = keys.slice(-WATCHED).join('\n');
  useEffect(() => {
    const off = watched
      .split('\n')
      .filter(Boolean)
      .map((key) => {
        const item = room.item(key);
        let before = asMessage(item.get());
        return item.subscribe(() => {
          const after = asMessage(item.get());
          if (after) for (const { text, urgency } of newSentences(before, after)) announce(text, urgency);
          before = after;
        });
      });
    return () => off.forEach((stop) => stop());
  }, [room, watched, announce]);

  const newest = keys.at(-1);
  const count = keys.length;
  useEffect(() => {
    if (newest === undefined) return;
    const message = asMessage(room.item(newest).get());
    // History that loads is not news; what is older than the page's last moments stays unsaid.
    if (!message || message.own || Date.now() - message.at > 10_000) return;
    if (message.answer && message.answer.state !== 'done') announce(`${message.author.name} is answering.`);
    else announce(`${message.author.name}: ${excerpt(message, 200)}`);
  }, [room, newest, count, announce]);
  return null;
}

function asMessage(item: unknown): MessageView | undefined {
  const message = item as MessageView | undefined;
  return message?.kind === 'message' ? message : undefined;
}
