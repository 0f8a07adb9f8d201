/** A room, joined while it is mounted, around parts that show something of it. */
import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import { useChatClient } from '../context.tsx';
import { pristine } from '../use-selector.ts';
import { chatViewOf } from './live/chat-views.ts';
import { type FrameProps, RoomFrame } from './room/Frame.tsx';

/** Properties of {@link ChatRoom}. */
export interface ChatRoomProps extends FrameProps {
  /** The id of the room. */
  readonly room: string;
  readonly children?: ReactNode;
}

const never = (): (() => void) => () => undefined;

/** Gives the parts inside of it their room. */
export function ChatRoom({ room, ...rest }: ChatRoomProps) {
  const client = useChatClient();
  // Where the page is rendered, and while it is hydrated, there is no connection yet: both show the same then.
  const live = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const chat = chatViewOf(live ? client : pristine());
  useEffect(() => chat.start(), [chat]);
  return <RoomFrame {...rest} chat={chat} room={chat.room(room)} />;
}
