/** A whole chat in one element: header, messages, composer, and what there is to say about the connection. */
import { ChatRoom, type ChatRoomProps } from './ChatRoom.tsx';
import { useComponents } from './components.ts';
import { Toasts } from './controls/Toasts.tsx';
import { cx } from './controls/cx.ts';
import { Conversation } from './room/Conversation.tsx';
import { Header as RoomHeader } from './room/Header.tsx';

/** Properties of {@link ChatWindow}. */
export interface ChatWindowProps extends Omit<ChatRoomProps, 'children'> {
  /** Takes the focus when it appears. */
  readonly autoFocus?: boolean;
  /** Somebody whose session has ended wants to come in again. */
  readonly onSignIn?: () => void;
}

/** Joins a room when it mounts and leaves it when it unmounts. Needs nothing but `<ChatProvider client>` around it. */
export function ChatWindow({ className, autoFocus, onSignIn, ...rest }: ChatWindowProps) {
  return (
    <ChatRoom {...rest} className={cx('ap-window', className)}>
      <Header />
      <Conversation autoFocus={autoFocus} onSignIn={onSignIn} />
      <Toasts room={rest.room} />
    </ChatRoom>
  );
}

function Header() {
  const { Header: Part = RoomHeader } = useComponents();
  return <Part />;
}
