/** The one view of each client, for everybody who shows something of it. */
import type { ChatClient } from '@antiphon/client';
import { LiveChat } from './live-chat.ts';

const views = new WeakMap<ChatClient, LiveChat>();

export function chatViewOf(client: ChatClient): LiveChat {
  const view = views.get(client) ?? new LiveChat(client);
  views.set(client, view);
  return view;
}
