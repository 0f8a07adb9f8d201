// Compiled, never run: our transport is one of each version's own, and of no version that would not know its words.
import type { Room } from '@antiphon/client';
import { roomTransport, toUIMessages } from '@antiphon/client/ai-sdk';
import type { ChatTransport as Transport7, UIMessage as Message7 } from 'ai';
import type { ChatTransport as Transport5, UIMessage as Message5 } from 'ai-5';
import type { ChatTransport as Transport6, UIMessage as Message6 } from 'ai-6';

export const seven = (room: Room): Transport7<Message7> => roomTransport(room);
export const six = (room: Room): Transport6<Message6> => roomTransport(room, { version: 6 });
export const five = (room: Room): Transport5<Message5> => roomTransport(room, { version: 5 });

// @ts-expect-error version 6 does not know that somebody else has decided
export const notSix = (room: Room): Transport6<Message6> => roomTransport(room);
// @ts-expect-error version 5 cannot ask
export const notFive = (room: Room): Transport5<Message5> => roomTransport(room, { version: 6 });

/** What a page begins with. */
export const first = (room: Room): { id: string; role: 'user' | 'assistant' }[] => toUIMessages(room);
