// A bot written with our own SDK for TypeScript, and the server that knows its token.
import { connectBot, type Bot, type BotOptions, type Handler } from '@antiphon/bot';
import type { Server } from '@antiphon/e2e/server';
import { antiphon } from './antiphon.ts';
import type { Setting } from './toml.ts';

/** What the operator gave the bot. */
export const TOKEN = 'a-token-that-only-this-test-and-its-server-know';

/** The bot's id. */
export const ECHO = 'echo';

/** A server that knows a bot on the bot socket. */
export function serverOfABot(
  spec: Readonly<Record<string, Setting>> = {},
  settings: Readonly<Record<string, Setting>> = {},
): Promise<Server> {
  const connector = { type: 'bot_socket', token_env: 'ECHO_TOKEN' };
  return antiphon([{ id: ECHO, connector, ...spec }], { settings, env: { ECHO_TOKEN: TOKEN } });
}

/** The bot, at work; disposed of, it hands back what it has not ended. */
export class SdkBot implements AsyncDisposable {
  readonly bot: Bot;
  /** What its handler threw. */
  readonly errors: unknown[] = [];

  constructor(url: string, handler: Handler, options: Partial<BotOptions> = {}) {
    const onError = (error: unknown): void => void this.errors.push(error);
    this.bot = connectBot({ url, token: TOKEN, onError, ...options }).onRun(handler);
    this.bot.closed.catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bot.close({ drainMs: 0 });
  }
}
