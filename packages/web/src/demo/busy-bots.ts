/** An agent in each state that one can be in. */
import type { BotView } from '@antiphon/react/ui/kit';

type Status = Pick<BotView, 'status' | 'activity' | 'asksMe' | 'error'>;

const STATES: Readonly<Record<string, Status>> = {
  scribe: { status: 'running', activity: 'writing' },
  oracle: { status: 'running', activity: 'thinking' },
  miner: { status: 'running', activity: 'working' },
  'deploy-bot': { status: 'running', activity: 'waiting', asksMe: 2 },
  translator: { status: 'running' },
  newcomer: { status: 'starting' },
  leaver: { status: 'stopping' },
  researcher: { status: 'stopped' },
  broken: { status: 'error', error: 'The program ended with code 1: no such file: deploy.toml' },
};

export function busyBots(now: number): readonly BotView[] {
  return Object.entries(STATES).map(([name, state]) => ({
    user: { id: `b-${name}`, name, kind: 'bot' },
    canControl: true,
    since: now - 340_000,
    connector: 'acp',
    ...state,
  }));
}
