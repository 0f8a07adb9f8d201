/** One element of a room's log, made anew only when something that it shows has changed. */
import type { Message, RoomEvent, RoomInfo, Run } from '@antiphon/client';
import type { LogItem, MessageView, UserView } from '../view/model.ts';
import type { Caused } from './delivery.ts';
import { eventWords } from './event.ts';
import { memo, settled } from './memo.ts';
import { messageView } from './message.ts';
import type { Scene } from './scene.ts';

const NOTHING: readonly Caused[] = [];
const NOBODY: readonly string[] = [];

/** The current picture of what has this key; the same object while nothing changed. */
export function itemOf(scene: Scene, key: string): () => LogItem | undefined {
  const message = messageOf(scene, key);
  const event = eventOf(scene, key);
  return () => message() ?? event();
}

function messageOf(scene: Scene, key: string): () => MessageView | undefined {
  return memo(
    () => {
      const message = scene.message(key);
      const run = message?.run === undefined ? undefined : scene.run(message.run);
      const quoted = message?.replyTo === undefined ? undefined : scene.message(message.replyTo);
      const newest = message?.own === true && scene.newestOwn() === key;
      return [
        message,
        message && scene.author(message),
        run,
        run !== undefined && scene.mayStop(run),
        quoted,
        quoted && scene.author(quoted).name,
        newest,
        newest ? scene.caused() : NOTHING,
        scene.stopping(),
        scene.me(),
        message && scene.waits().get(message.id),
        message && scene.asks().get(key),
        // Only messages with tool calls show what is asked about them.
        message?.parts.some(({ type }) => type === 'tool_call') === true ? scene.approvals() : undefined,
        scene.room?.me?.role,
        newest ? scene.readers() : NOBODY,
        scene.marks(),
        message && markersOf(scene, message),
      ];
    },
    ([
      message,
      author,
      run,
      mine,
      quoted,
      quotedName,
      newest,
      caused,
      stopping,
      me,
      waits,
      asks,
      ,
      role,
      readers,
      marks,
    ]) =>
      message &&
      author &&
      messageView({
        message,
        author,
        run,
        mine,
        me,
        quoted: quoted && { message: quoted, name: quotedName ?? '' },
        newest,
        caused,
        readers,
        marks,
        stopping,
        waits,
        asks,
        role,
        approvalOf: (call, of) => scene.approvalOf(call, of),
        thoughts: scene.thoughts,
        now: Date.now(),
        nameOf: (user) => scene.user(user).name,
      }),
  );
}

/** Names of those who marked a message: they may come to be known later. */
function markersOf(scene: Scene, { pinnedBy, hiddenBy }: Message): string {
  return [pinnedBy, hiddenBy].map((id) => (id === undefined ? '' : scene.user(id).name)).join('\n');
}

function eventOf(scene: Scene, key: string): () => LogItem | undefined {
  return settled(
    memo(
      () => [scene.event(key), scene.people()],
      ([found]) =>
        found && {
          kind: 'event',
          key,
          at: found.event.at,
          text: eventWords(found.event, found.before, (user) => scene.room?.member(user)?.name),
        },
    ),
  );
}

/** An event with the room as it was before it. */
export interface EventInRoom {
  readonly event: RoomEvent;
  readonly before: RoomInfo | undefined;
}

/** Events by key, each with what came before. */
export function indexEvents(events: readonly RoomEvent[]): ReadonlyMap<string, EventInRoom> {
  const index = new Map<string, EventInRoom>();
  let before: RoomInfo | undefined;
  for (const event of events) {
    index.set(event.key, { event, before });
    if (event.type === 'room_changed') before = event.info;
  }
  return index;
}

/** The runs that a message caused and that are not over. */
export function causedBy(
  message: Message | undefined,
  runs: readonly Run[],
  user: (id: string) => UserView,
): readonly Caused[] {
  if (!message) return NOTHING;
  const caused = runs.filter((run) => run.trigger === message.id);
  return caused.length === 0 ? NOTHING : caused.map((run) => ({ run, bot: user(run.bot).name }));
}
