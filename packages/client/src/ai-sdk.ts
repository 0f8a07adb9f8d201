/**
 * For pages that are written for the AI SDK (`ai` 5, 6 and 7): a chat transport over a room, and the room's messages in the
 * SDK's shape. `@antiphon/react/ai-sdk` has the hook that brings in what comes outside of a request.
 */
export { clientOf } from './ai-sdk/client-of.ts';
export { mergeMessages } from './ai-sdk/merge.ts';
export { toUIMessage, toUIMessages } from './ai-sdk/messages.ts';
export { isStreaming, onStreamEnd } from './ai-sdk/own-streams.ts';
export { roomTransport } from './ai-sdk/transport.ts';
export type { RoomTransport, RoomTransportOptions, SendOptions } from './ai-sdk/transport.ts';
export type {
  AiVersion,
  AnyChunk,
  Author,
  Chunk6,
  Chunk7,
  ChunkOf,
  UIMessage,
  UIMessageLike,
  UIPart,
  UIPartLike,
} from './ai-sdk/words.ts';
