/** The views of a room beside its messages: name and state, order of the log, who is here, writes, or works. */
import type { Bot, Present, Queue, RoomStatus, User } from '@antiphon/client';
import { directoryOf } from '@antiphon/client/directory';
import type { LogView, MemberView, RoomInfo, UserView, WorkView } from '../view/model.ts';
import { botView } from './bots.ts';
import { isWorthTelling } from './event.ts';
import type { RoomHost } from './live-room.ts';
import { firstUnread, orderedKeys } from './log.ts';
import { memo, settled } from './memo.ts';
import { roomName } from './room-name.ts';
import type { Scene } from './scene.ts';
import { workViews } from './work.ts';

const NOT_OPEN: RoomStatus = { phase: 'joining' };
const NO_BOTS: readonly Bot[] = [];
const NO_ONE: readonly string[] = [];
const NO_QUEUES: readonly Queue[] = [];

export function infoOf(id: string, scene: Scene, host: RoomHost): () => RoomInfo {
  return settled(
    memo(
      () => [
        scene.room?.status ?? NOT_OPEN,
        scene.room?.bots ?? NO_BOTS,
        host.others.get().get(id),
        directoryOf(host.client).rooms,
      ],
      ([status, bots, other, rooms]) => {
        const info = status.info ?? rooms.find((room) => room.id === id);
        const suggestions = suggestionsOf(bots, info?.kind === 'group');
        return {
          id,
          name: info ? roomName(info.name, info.kind, other) : id,
          kind: info?.kind ?? 'group',
          state: status.phase,
          ...(info?.topic === undefined ? {} : { topic: info.topic }),
          ...(status.me?.role === 'viewer' ? { readOnly: 'You can read here, but not write.' } : {}),
          ...(suggestions.length > 0 ? { suggestions } : {}),
        };
      },
    ),
  );
}

/** What the room's agents like to be asked; among people they have to be called by name. */
function suggestionsOf(bots: readonly Bot[], called: boolean): readonly string[] {
  return bots.flatMap(({ user, suggestions }) =>
    suggestions.map((text) => (called ? `@${user.name} ${text}` : text)),
  );
}

export function logOf(scene: Scene): () => LogView {
  const keys = memo(
    () => [scene.keys(), scene.events(), scene.room, scene.room?.info],
    ([messages, events, room, info]) =>
      orderedKeys(
        messages,
        events.filter((event) => isWorthTelling(event, info)),
        (key) => room?.getMessage(key),
      ),
  );
  const unread = unreadStart(scene);
  return memo(
    () => {
      const { room } = scene;
      return [
        keys(),
        unread(),
        room?.hasOlder ?? false,
        room?.isLoadingOlder ?? false,
        room?.state ?? 'joining',
      ];
    },
    ([keys, firstUnread, hasOlder, older, state]) => ({
      keys,
      hasOlder,
      loading: older ? 'older' : state === 'joining' ? 'first' : 'none',
      ...(firstUnread === undefined ? {} : { firstUnread }),
    }),
  );
}

/** Where the unread part began when the room was opened; it stays there while the room is read. */
function unreadStart(scene: Scene): () => string | undefined {
  let seen: { readonly room: Scene['room']; readonly key: string | undefined } | undefined;
  return () => {
    const { room } = scene;
    if (!room || room.status.recovered === undefined) return undefined;
    if (seen?.room !== room)
      seen = { room, key: firstUnread(room.keys, room.unread.read, (key) => room.getMessage(key)) };
    return seen.key;
  };
}

export function membersOf(scene: Scene): () => readonly MemberView[] {
  return settled(
    memo(
      () => [
        scene.people(),
        scene.room?.bots ?? NO_BOTS,
        scene.atWork(),
        scene.room?.queues ?? NO_QUEUES,
        scene.controls(),
      ],
      ([people, bots, atWork, queues]) =>
        people.map((person) => {
          const bot = bots.find(({ user }) => user.id === person.id);
          const waiting = queues.find((queue) => queue.bot === person.id)?.count;
          const owner = bot?.owner === undefined ? undefined : scene.user(bot.owner).name;
          const canControl = bot !== undefined && scene.mayControl(bot);
          return memberView(person, bot && botView(bot, { atWork, canControl, owner, waiting }));
        }),
    ),
  );
}

function memberView(person: Present, bot: MemberView['bot']): MemberView {
  const here = bot ? bot.status === 'running' : person.presence === 'online';
  return {
    user: asUser(person),
    role: person.role,
    presence: here ? 'active' : person.presence === 'away' ? 'away' : 'offline',
    ...(bot ? { bot } : {}),
  };
}

function asUser({ id, name, kind, avatar }: User): UserView {
  return { id, name, kind, ...(avatar === undefined ? {} : { avatarUrl: avatar }) };
}

export function typingOf(scene: Scene): () => readonly UserView[] {
  return memo(
    () => [scene.room?.typing.users ?? NO_ONE],
    ([users]) => users.flatMap((id) => (scene.room?.member(id)?.kind === 'person' ? scene.user(id) : [])),
  );
}

export function workOf(scene: Scene): () => readonly WorkView[] {
  return settled(() =>
    workViews(scene.runs(), {
      user: (id) => scene.user(id),
      message: (key) => scene.message(key),
      answer: (run) => scene.answer(run),
      mine: (run) => scene.mayStop(run),
      asksMe: (run) => scene.asksMe(run),
    }),
  );
}
