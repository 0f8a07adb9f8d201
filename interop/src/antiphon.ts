// The real binary with the bots of a test, and its words where the test fails.
import { Server } from '@antiphon/e2e/server';
import { AUDIENCE, SECRET } from './account.ts';
import { AIMOCK_KEY, type Aimock } from './peers/aimock.ts';
import { toml, type Bot, type Setting } from './toml.ts';
import { witness } from './witness.ts';

/** What a test may change besides the bots. */
export interface Options {
  readonly settings?: Readonly<Record<string, Setting>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Where a bot finds the key of its endpoint. */
const KEY = 'MODEL_KEY';

/** Starts a server with these bots. People come as guests, or with an account (`account.ts`). */
export async function antiphon(bots: readonly Bot[] = [], options: Options = {}): Promise<Server> {
  const people = {
    jwt: { secret: SECRET, audience: AUDIENCE, name_claim: 'name' },
    identity: { guests: 'on' },
  };
  const server = await Server.start({
    settings: toml({ ...people, ...options.settings }, bots),
    env: { [KEY]: AIMOCK_KEY, ...tokens(bots), ...options.env },
  });
  witness(
    'antiphon',
    () => server.output,
    () => !server.running,
  );
  return server;
}

/** A bot whose model is behind aimock; what else is said of the bot, and of its connector. */
export function modelBot(
  aimock: Aimock,
  bot: Readonly<Record<string, Setting>> = {},
  connector: Readonly<Record<string, Setting>> = {},
): Bot {
  const model = { base_url: aimock.base, model: 'first', api_key_env: KEY, retries: 0 };
  return { id: 'helper', ...bot, connector: { type: 'openai', ...model, ...connector } };
}

/** A bot that connects with the token that `tokenOf` tells; what else is said of it. */
export function socketBot(id: string, bot: Readonly<Record<string, Setting>> = {}): Bot {
  return { id, ...bot, connector: { type: 'bot_socket', token_env: variableOf(id) } };
}

/** The token of a bot on a bot socket. */
export function tokenOf(id: string): string {
  return `token-of-${id}-that-only-this-test-and-its-server-know`;
}

function variableOf(id: string): string {
  return `TOKEN_OF_${id.toUpperCase()}`;
}

function tokens(bots: readonly Bot[]): Record<string, string> {
  return Object.fromEntries(bots.map(({ id }) => [variableOf(id), tokenOf(id)]));
}
