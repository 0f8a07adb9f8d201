/** A conversation with one agent: its session is found or made and joined, or the page brings the messages along. */
import { useLayoutEffect, useMemo, useState } from 'react';
import { ChatProvider } from '../context.tsx';
import { useBotChat, type UseBotChat, type UseBotChatOptions } from '../use-bot-chat.ts';
import { BotBadge } from './BotBadge.tsx';
import { ChatRoom } from './ChatRoom.tsx';
import { useComponents } from './components.ts';
import { AddresseesContext } from './composer/say.ts';
import { ConnectionPill } from './connection/Pill.tsx';
import { Toasts } from './controls/Toasts.tsx';
import { cx } from './controls/cx.ts';
import { type Given, GivenRoom } from './live/given-room.ts';
import { sentence } from './live/words.ts';
import { Nothing } from './log/EmptyRoom.tsx';
import { LogSkeleton } from './log/LogSkeleton.tsx';
import { BotControl } from './room/BotControl.tsx';
import { Conversation } from './room/Conversation.tsx';
import { Frame, type FrameProps, RoomFrame } from './room/Frame.tsx';
import { useBotView } from './room/use-bot.ts';

/** With a `botId` it talks with that bot by itself; with `messages` it shows what the page gives it. */
export type BotChatProps = FrameProps & {
  /** Takes the focus when it appears. */
  readonly autoFocus?: boolean;
} & (UseBotChatOptions | Given);

/** A conversation with one agent. */
export function BotChat(props: BotChatProps) {
  return 'messages' in props ? <GivenChat {...props} /> : <SessionChat {...props} />;
}

function SessionChat(props: FrameProps & UseBotChatOptions & { autoFocus?: boolean }) {
  const { className, style, theme, components, autoFocus, botId, room } = props;
  const look = { className: cx('ap-window ap-bot-chat', className), style, theme };
  const chat = useBotChat(props);
  const meant = useMemo(() => (room === undefined ? NOBODY : [botId]), [room, botId]);
  if (chat.roomId === null) return <NotYet {...look} chat={chat} />;
  return (
    <ChatProvider client={chat.client} autoConnect={false}>
      <ChatRoom {...look} components={components} room={chat.roomId}>
        <BotHeader botId={botId} />
        <AddresseesContext.Provider value={meant}>
          <Conversation autoFocus={autoFocus} />
        </AddresseesContext.Provider>
        <Toasts room={chat.roomId} />
      </ChatRoom>
    </ChatProvider>
  );
}

const NOBODY: readonly string[] = [];

/** Before there is a session: on the way there, or why there will be none. */
function NotYet({ chat, ...look }: FrameProps & { chat: UseBotChat }) {
  const { error } = chat;
  return (
    <Frame {...look} state={error ? 'failed' : 'joining'}>
      {error ? (
        <Nothing title="This agent cannot be reached" words={sentence(error.message)} />
      ) : (
        <LogSkeleton />
      )}
    </Frame>
  );
}

function BotHeader({ botId }: { botId: string }) {
  const { BotBadge: Badge = BotBadge } = useComponents();
  const bot = useBotView(botId);
  return (
    <header className="ap-header" data-state={bot?.status ?? 'joining'}>
      <Badge botId={botId} />
      {bot && <BotControl bot={bot} />}
      <ConnectionPill />
    </header>
  );
}

function GivenChat({
  className,
  style,
  theme,
  components,
  autoFocus,
  ...given
}: FrameProps & Given & { autoFocus?: boolean }) {
  const [room] = useState(() => new GivenRoom());
  // The room is told before the browser paints, so that nothing is shown late.
  useLayoutEffect(() => room.show(given));
  const look = { className: cx('ap-window ap-bot-chat', className), style, theme, components };
  return (
    <RoomFrame {...look} chat={room.chat} room={room}>
      <Conversation autoFocus={autoFocus} />
    </RoomFrame>
  );
}
