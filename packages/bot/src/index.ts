/** Bots for Antiphon: runs, streams, tools and decisions. */
export type { AskOptions } from './ask.ts';
export { connectBot, type Bot, type BotOptions, type BotState } from './bot.ts';
export { BotError, type BotErrorCode, TryAgain } from './errors.ts';
export type { Reply, Shown, Visibility } from './reply.ts';
export { textOf, type Handler, type Run } from './run.ts';
export type { WebSocketClass, WebSocketLike } from './socket.ts';
export type { Tool, ToolOptions, ToolWork } from './tool.ts';
export type { Activity, Decision, Message, PlanItem, Role, Room, Scope, Usage } from './words.ts';
