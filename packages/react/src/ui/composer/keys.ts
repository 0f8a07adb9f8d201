/** What keys mean in the composer. */
import type { KeyboardEvent } from 'react';
import type { RoomView } from '../view/chat.ts';
import type { MessageView } from '../view/model.ts';

/** How far back "my last message" is looked for. */
const LOOK_BACK = 200;
/** The code that browsers give to keys an input method has taken. */
const TAKEN_BY_INPUT_METHOD = 229;

/** Enter that sends: not while an input method composes, not with a modifier, not on a phone's keyboard. */
export function isEnter(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Safari reports the end of a composition only here
  if (event.nativeEvent.isComposing || event.keyCode === TAKEN_BY_INPUT_METHOD) return false;
  return event.metaKey || event.ctrlKey || !matchMedia('(pointer: coarse)').matches;
}

/** My newest message that is stored and still has words to change. */
export function lastOwn(room: RoomView): MessageView | undefined {
  for (const key of room.log.get().keys.slice(-LOOK_BACK).reverse()) {
    const item = room.item(key).get();
    if (item?.kind !== 'message' || !item.own || item.deleted) continue;
    const state = item.delivery?.state ?? 'sent';
    if (state === 'sent' || state === 'delivered') return item;
  }
  return undefined;
}
