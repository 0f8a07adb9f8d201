/** Speaks what happens in the open room: new messages, an agent that begins and ends, decisions that are needed. */
import { useEffect } from 'react';
import { excerpt, plainText } from '../message/plain-text.ts';
import { useReadable, useRoomView } from '../view/hooks.ts';
import type { MessageView } from '../view/model.ts';
import { type Announce, useAnnounce } from './announce.ts';
import { newSentences } from './sentences.ts';
import { spoken } from './spoken.ts';
import { wholeSentences } from './whole-sentences.ts';

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
        let said = before ? plainText(before).length : 0;
        return item.subscribe(() => {
          const after = asMessage(item.get());
          if (after) {
            for (const { text, urgency } of newSentences(before, after, spoken.get()))
              announce(text, urgency);
            said = readOut(after, said, announce);
          }
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
    if (message.answer && spoken.get() === 'silent') return;
    if (message.answer && message.answer.state !== 'done') announce(`${message.author.name} is writing.`);
    else announce(`${message.author.name}: ${excerpt(message, 200)}`);
  }, [room, newest, count, announce]);
  return null;
}

/** Reads out what became whole of an agent's answer, if somebody wants to hear it sentence by sentence. */
function readOut(message: MessageView, from: number, announce: Announce): number {
  const { answer } = message;
  if (!answer || spoken.get() !== 'sentences') return from;
  const finished = answer.endedAt !== undefined;
  const { said, to } = wholeSentences(plainText(message), from, finished);
  if (said !== '') announce(said);
  return to;
}

function asMessage(item: unknown): MessageView | undefined {
  const message = item as MessageView | undefined;
  return message?.kind === 'message' ? message : undefined;
}
