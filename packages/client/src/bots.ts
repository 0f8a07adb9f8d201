/** Managing bots: to register, look at and remove them, and to take back what they were allowed. An entry of its own, because
 * few pages do. */
import type { ChatClient } from './chat.ts';
import { directoryOf } from './directory.ts';
import type { Bot } from './model/agent.ts';
import type { Scope } from './model/approval.ts';
import { pages } from './room/actions.ts';
import { toBot } from './wire/convert.ts';
import { said } from './wire/said.ts';
import type { Wire } from './wire/words.ts';

/** What a bot is to be, in the words of the settings file. Secrets that are left out stay as they are. */
export type BotSpec = Wire.BotSpec;

/** A bot as its owner sees it. */
export interface ManagedBot {
  readonly bot: Bot;
  /** What was said about it, without its secrets; to its owner and to administrators. */
  readonly spec?: BotSpec | undefined;
  /** The token for its socket: told once, when it is made. */
  readonly token?: string | undefined;
}

/** Looks at a bot. */
export async function getBot(chat: ChatClient, id: string): Promise<ManagedBot> {
  return managed(await chat.ask({ type: 'get_bot', bot: id }));
}

/** Registers a bot, or changes one of one's own: the same `id` is the same bot. A new one without a `token` was registered by an
 * attempt whose answer got lost: `rotateBotToken` makes another. */
export async function registerBot(chat: ChatClient, spec: BotSpec): Promise<ManagedBot> {
  const done = managed(await chat.ask({ type: 'register_bot', bot: spec }, 'repeat'));
  await directoryOf(chat).loadBots();
  return done;
}

/** Removes a bot: it leaves its rooms, what waits for it ends, what it said stays. */
export async function removeBot(chat: ChatClient, id: string): Promise<void> {
  await chat.ask({ type: 'remove_bot', bot: id });
  await directoryOf(chat).loadBots();
}

/** Makes a new token for a bot's socket; the old one is void at once. */
export async function rotateBotToken(chat: ChatClient, id: string): Promise<ManagedBot> {
  return managed(await chat.ask({ type: 'rotate_bot_token', bot: id }));
}

/** How many approvals are asked for at a time (a server gives no more than its page), and how often: all that there are. */
const GRANTS = 1000;

/** An approval that holds for more than one time. */
export interface Grant {
  /** Names it. */
  readonly id: string;
  readonly bot: string;
  readonly tool: string;
  readonly scope: Scope;
  /** The room in which it holds, if it holds in one only. */
  readonly room?: string | undefined;
  /** Who gave it. */
  readonly by: string;
  readonly at: number;
}

/** Approvals that hold for more than one time: one's own; of a room to its admins, and of a bot to its owner, all. */
export async function listGrants(
  chat: ChatClient,
  of: { room?: string; bot?: string } = {},
): Promise<readonly Grant[]> {
  const found: Grant[] = [];
  await pages(GRANTS, async (after) => {
    const { grants, more } = await chat.ask({ type: 'list_grants', ...of, after, limit: GRANTS });
    found.push(...grants.map((grant) => said(grant)));
    return more ? grants.at(-1)?.id : undefined;
  });
  return found;
}

/** Takes an approval back: from then on people are asked again. */
export async function revokeGrant(chat: ChatClient, grant: Omit<Grant, 'at' | 'id'>): Promise<void> {
  const { bot, tool, scope, room, by } = grant;
  const where = scope === 'session' ? { room } : { by };
  await chat.ask({ type: 'revoke_grant', bot, tool, scope, ...where });
}

function managed({ bot, spec, token }: Wire.BotReply): ManagedBot {
  return { bot: toBot(bot), spec, token };
}
