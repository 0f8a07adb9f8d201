/** My last message, to be changed. */
import type { RoomView } from '../view/chat.ts';
import type { MessageView } from '../view/model.ts';

/** How far back "my last message" is looked for. */
const LOOK_BACK = 200;
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
