/** The element that a room stands in, outside of which nothing is touched, and what the parts inside of it look at. */
import type { CSSProperties, ReactNode } from 'react';
import { Announcer } from '../a11y/Announcer.tsx';
import { type ChatComponentMap, ComponentsContext } from '../components.ts';
import { cx } from '../controls/cx.ts';
import type { ChatView, RoomView } from '../view/chat.ts';
import { ChatViewContext, useReadable } from '../view/hooks.ts';
import { RoomScope } from './RoomScope.tsx';

/** How a frame looks. */
export interface FrameProps {
  readonly className?: string | undefined;
  readonly style?: CSSProperties | undefined;
  /** As the system or the page around has it, if it is left out. */
  readonly theme?: 'light' | 'dark' | undefined;
  /** Parts in the place of others. Make the object once, outside of components. */
  readonly components?: ChatComponentMap | undefined;
}

interface RoomFrameProps extends FrameProps {
  readonly chat: ChatView;
  readonly room: RoomView;
  readonly children?: ReactNode;
}

const NO_OTHERS: ChatComponentMap = {};

export function RoomFrame({ chat, room, children, components = NO_OTHERS, ...look }: RoomFrameProps) {
  const { state } = useReadable(room.info);
  return (
    <ComponentsContext.Provider value={components}>
      <ChatViewContext.Provider value={chat}>
        <Frame {...look} state={state}>
          <RoomScope key={room.id} room={room}>
            <Announcer>{children}</Announcer>
          </RoomScope>
        </Frame>
      </ChatViewContext.Provider>
    </ComponentsContext.Provider>
  );
}

interface Props extends Omit<FrameProps, 'components'> {
  readonly state: string;
  readonly children?: ReactNode;
}

export function Frame({ className, style, theme, state, children }: Props) {
  return (
    <div className={cx('antiphon ap-room', className)} style={style} data-theme={theme} data-state={state}>
      {children}
    </div>
  );
}
