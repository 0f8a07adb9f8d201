/** Which part another one has taken the place of. */
import { type ComponentType, createContext, useContext } from 'react';
import type { BotBadgeProps } from './BotBadge.tsx';
import type { ComposerProps } from './composer/Composer.tsx';
import type { TypingLineProps } from './composer/TypingLine.tsx';
import type { ConnectionBannerProps } from './connection/Banner.tsx';
import type { EmptyRoomProps } from './log/EmptyRoom.tsx';
import type { MessageListProps } from './log/MessageList.tsx';
import type { MarkdownProps } from './markdown/RichText.tsx';
import type { MessageProps } from './message/MessageRow.tsx';
import type { PresenceStackProps } from './PresenceStack.tsx';
import type { HeaderProps } from './room/Header.tsx';
import type { ApprovalCardProps } from './tool/ApprovalCard.tsx';
import type { ToolCardProps } from './tool/ToolCard.tsx';

/** Every part that can be replaced, with what it is given. */
export interface ChatComponents {
  readonly Header: ComponentType<HeaderProps>;
  readonly ConnectionBanner: ComponentType<ConnectionBannerProps>;
  readonly MessageList: ComponentType<MessageListProps>;
  readonly EmptyRoom: ComponentType<EmptyRoomProps>;
  readonly Message: ComponentType<MessageProps>;
  readonly Markdown: ComponentType<MarkdownProps>;
  readonly ToolCard: ComponentType<ToolCardProps>;
  readonly ApprovalCard: ComponentType<ApprovalCardProps>;
  readonly TypingLine: ComponentType<TypingLineProps>;
  readonly Composer: ComponentType<ComposerProps>;
  readonly BotBadge: ComponentType<BotBadgeProps>;
  readonly PresenceStack: ComponentType<PresenceStackProps>;
}

/** Parts in the place of others. Make the object once, outside of components: a new part is a new beginning. */
export type ChatComponentMap = Partial<ChatComponents>;

/** The parts that replace others below. */
export const ComponentsContext = createContext<ChatComponentMap>({});

/** What replaces parts here. */
export function useComponents(): ChatComponentMap {
  return useContext(ComponentsContext);
}
