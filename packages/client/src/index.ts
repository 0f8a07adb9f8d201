/** Antiphon from TypeScript. */
import type { ChatClient } from './chat.ts';
import { Client } from './client.ts';
import type { ChatClientOptions } from './options.ts';

/** Makes a client. Nothing opens yet: safe on a server and at the top of a module. */
export function createChatClient(options: ChatClientOptions): ChatClient {
  return new Client(options);
}

export { getConfig, refreshGuest, signInGuest } from './api/rest.ts';
export type { GuestToken, RestOptions, ServerConfig } from './api/rest.ts';
export type { ChatClient } from './chat.ts';
export type { Patience } from './connection/requests.ts';
export type { JoinOptions } from './room/subscription.ts';
export type { Dial, TransportName } from './connection/transport.ts';
export type { Auth, AuthReason } from './connection/token.ts';
export type { WebSocketClass, WebSocketLike } from './connection/websocket.ts';
export { ChatError } from './errors.ts';
export type { ChatErrorCode } from './errors.ts';
export { isFinalRun } from './model/agent.ts';
export type {
  Bot,
  BotStatus,
  Cancellation,
  Chain,
  Queue,
  QueueReason,
  Run,
  RunState,
  Usage,
} from './model/agent.ts';
export type { Approval, Decided, Decision, Scope, Verdict } from './model/approval.ts';
export type { ConnectionState, ConnectionStatus } from './model/connection.ts';
export { textOf } from './model/message.ts';
export type { DeliveryState, Message, MessageStatus, Outgoing, Reaction, Sending } from './model/message.ts';
export { isFinalTool } from './model/part.ts';
export type {
  DataPart,
  FilePart,
  Part,
  PlanItem,
  PlanPart,
  ReasoningPart,
  TextPart,
  ToolCall,
  ToolCallPart,
  ToolExecution,
  ToolProgress,
  ToolState,
} from './model/part.ts';
export type {
  Member,
  PresenceStatus,
  ReadBy,
  Receive,
  Recovery,
  Role,
  RoomEvent,
  RoomEventBody,
  RoomInfo,
  RoomKind,
  RoomPhase,
  RoomStatus,
  RoomSummary,
  Unread,
  User,
  UserKind,
  Visibility,
} from './model/room.ts';
export type { ChatClientOptions } from './options.ts';
export type { OutboxEntry } from './outbox/entry.ts';
export type { OutboxStorage } from './outbox/storage.ts';
export type { Present } from './room/people.ts';
export type { Approvals, Room, RoomPresence, Tools, Typing } from './room/room.ts';
export type { FlushMode } from './store/store.ts';
export type { ListenOptions, Off } from './store/listeners.ts';
export type { Replies, Request, RequestOf } from './wire/frames.ts';
