/**
 * What the parts are made of: the view that they look at, its adapter over the SDK, small controls, words. For pages
 * that build more around the parts; it may change with any version.
 */
'use client';
export { forgetDrafts } from '../draft.ts';
export { AnnounceContext, useAnnounce } from './a11y/announce.ts';
export { Announcer } from './a11y/Announcer.tsx';
export { spoken } from './a11y/spoken.ts';
export type { Spoken } from './a11y/spoken.ts';
export { useNow } from './clock/now.ts';
export { type ChatComponentMap, ComponentsContext } from './components.ts';
export { ConnectionBanner } from './connection/Banner.tsx';
export { Avatar } from './controls/Avatar.tsx';
export { Button, IconButton } from './controls/Button.tsx';
export { copyText } from './controls/copy.ts';
export { Dialog } from './controls/Dialog.tsx';
export { Dot } from './controls/Dot.tsx';
export type { DotLook } from './controls/Dot.tsx';
export { Mark } from './controls/Mark.tsx';
export { Toasts } from './controls/Toasts.tsx';
export { LiveChat } from './live/live-chat.ts';
export { memo, settled } from './live/memo.ts';
export { glanceOf } from './live/message.ts';
export { userView } from './live/people.ts';
export { roomName } from './live/room-name.ts';
export { EmptyRoom, type EmptyRoomProps, Nothing } from './log/EmptyRoom.tsx';
export type { Jump, Target } from './log/jump.ts';
export { LogSkeleton } from './log/LogSkeleton.tsx';
export { paceShown } from './message/pace.ts';
export { BotControl } from './room/BotControl.tsx';
export { Conversation } from './room/Conversation.tsx';
export { Header } from './room/Header.tsx';
export { RoomScope } from './room/RoomScope.tsx';
export type { ChatView, Outgoing, RoomView } from './view/chat.ts';
export {
  ChatViewContext,
  RoomViewContext,
  useChatView,
  useReadable,
  useRoomView,
  useSelected,
} from './view/hooks.ts';
export type * from './view/model.ts';
export { writable } from './view/readable.ts';
export type { Readable, Writable } from './view/readable.ts';
export { botWords } from './words/bot.ts';
export { bytes, count, names } from './words/text.ts';
export { clock, countdown, counting, duration, fullTime } from './words/time.ts';
