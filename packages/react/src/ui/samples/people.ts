/** Who appears in the demonstration. */
import type { BotView, MemberView, UserView } from '../view/model.ts';

export const mara: UserView = { id: 'u-mara', name: 'Mara Lindqvist', kind: 'person' };
export const tomas: UserView = { id: 'u-tomas', name: 'Tomas Brandt', kind: 'person' };
export const ines: UserView = { id: 'u-ines', name: 'Inês Duarte', kind: 'person' };
export const me: UserView = { id: 'u-me', name: 'Jonas Weber', kind: 'person' };
export const scribe: UserView = { id: 'b-scribe', name: 'scribe', kind: 'bot' };
export const deploy: UserView = { id: 'b-deploy', name: 'deploy-bot', kind: 'bot' };
export const researcher: UserView = { id: 'b-research', name: 'researcher', kind: 'bot' };

export const bots: readonly BotView[] = [
  {
    user: scribe,
    status: 'running',
    activity: 'writing',
    canControl: true,
    since: Date.now() - 7_200_000,
    description: 'Reads logs, replays traces and writes what came of it.',
    connector: 'openai',
    owner: mara.name,
    waiting: 2,
  },
  {
    user: deploy,
    status: 'error',
    canControl: true,
    since: Date.now() - 340_000,
    restarts: 4,
    error: 'The program ended with code 1: no such file: deploy.toml',
    connector: 'acp',
  },
  { user: researcher, status: 'stopped', canControl: true, connector: 'bot_socket', owner: 'Jonas Weber' },
];

export const members: readonly MemberView[] = [
  { user: mara, role: 'owner', presence: 'active' },
  { user: me, role: 'member', presence: 'active' },
  { user: ines, role: 'member', presence: 'away' },
  { user: tomas, role: 'member', presence: 'offline' },
  ...bots.map((bot): MemberView => ({
    user: bot.user,
    role: 'member',
    presence: bot.status === 'running' ? 'active' : 'offline',
    bot,
  })),
];
