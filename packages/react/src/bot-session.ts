/** The session that one has with a bot: found among one's rooms, or made. */
import { type ChatClient, ChatError } from '@antiphon/client';
import { directoryOf } from '@antiphon/client/directory';
import { createRoom } from '@antiphon/client/rooms';

/** Sessions that are looked at, the latest active first; somebody with more of them begins a new one. */
const LOOKED_AT = 20;

/** What is being opened, so that everyone who asks at once gets the same room. */
const opening = new WeakMap<ChatClient, Map<string, Promise<string>>>();

/** The id of the session's room. */
export function openSession(chat: ChatClient, bot: string): Promise<string> {
  const held = opening.get(chat) ?? new Map<string, Promise<string>>();
  opening.set(chat, held);
  const known = held.get(bot);
  if (known) return known;
  // Asked for anew when it is needed again: by then somebody else may be signed in.
  const found = find(chat, bot).finally(() => held.delete(bot));
  held.set(bot, found);
  return found;
}

async function find(chat: ChatClient, bot: string): Promise<string> {
  await roomsLoaded(chat);
  const directory = directoryOf(chat);
  const sessions = directory.rooms.filter(({ kind }) => kind === 'session').slice(0, LOOKED_AT);
  for (const { id } of sessions)
    if ((await directory.membersOf(id)).some((member) => member.id === bot)) return id;
  if (directory.bots.length === 0) await directory.loadBots();
  const name = directory.bots.find(({ user }) => user.id === bot)?.user.name ?? '';
  return (await createRoom(chat, { kind: 'session', name, members: [bot] })).id;
}

/** Waits for the list of one's rooms; not for a connection that will not come. */
function roomsLoaded(chat: ChatClient): Promise<void> {
  const directory = directoryOf(chat);
  return new Promise((resolve, reject) => {
    const look = (): boolean => {
      const { state, error } = chat.status;
      if (directory.roomsLoaded) resolve();
      else if (state === 'failed' || state === 'idle')
        reject(error ?? new ChatError('disconnected', 'there is no connection'));
      else return false;
      return true;
    };
    if (look()) return;
    const off = chat.subscribe(
      ({ status }) => (directory.roomsLoaded ? 'loaded' : status.state),
      () => look() && off(),
    );
  });
}
