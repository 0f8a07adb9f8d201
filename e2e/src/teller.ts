// A server that knows a bot of ours, and the bot.
import { connectBot, type Handler } from '@antiphon/bot';
import { expect, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Server } from './server.ts';

/** The bot's id, and what it is called. */
export const TELLER = { id: 'teller', name: 'Teller' } as const;

const PATIENCE_MS = 30_000;
const TOKEN = 'a-token-that-only-this-test-and-its-server-know';

/** Both; disposed of, they end. */
export interface Stage extends AsyncDisposable {
  readonly server: Server;
}

/** Starts a server with a bot in the room `general` that does this when it is asked, and maybe more settings. */
export async function serverOfATeller(handler: Handler, more = ''): Promise<Stage> {
  const { id, name } = TELLER;
  const bots = [
    '[[bots]]',
    `id = "${id}"`,
    `name = "${name}"`,
    'rooms = ["general"]',
    'suggestions = ["Tell me a story"]',
    'connector = { type = "bot_socket", token_env = "TELLER_TOKEN" }',
  ];
  const server = await Server.start({ settings: [more, ...bots].join('\n'), env: { TELLER_TOKEN: TOKEN } });
  const bot = connectBot({ url: server.url, token: TOKEN, WebSocket }).onRun(handler);
  bot.closed.catch(() => undefined);
  await vi.waitFor(() => expect(bot.state).toBe('serving'), { timeout: PATIENCE_MS });
  return {
    server,
    async [Symbol.asyncDispose]() {
      await bot.close({ drainMs: 0 });
      await server[Symbol.asyncDispose]();
    },
  };
}
