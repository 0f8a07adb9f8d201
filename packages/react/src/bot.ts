/** A conversation with one bot. An entry of its own, because few pages have no more than that. */
export { useBotChat } from './use-bot-chat.ts';
export type { BotStatusUpdate, UseBotChat, UseBotChatOptions } from './use-bot-chat.ts';
