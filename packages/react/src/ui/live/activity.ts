/** What agents are at, from their runs and from the answers that they write. */
import type { Message, Run } from '@antiphon/client';
import type { Activity } from '../view/model.ts';

/** An agent at work. */
export interface AtWork {
  readonly bot: string;
  readonly activity: Activity;
  /** How much it asks that I may decide. */
  readonly asksMe: number;
}

/** What a run is at; nothing while it waits for its turn. `answer` is the message that it writes, if there is one yet. */
export function activityOf(run: Run, answer: Message | undefined): Activity | undefined {
  switch (run.state) {
    case 'processing':
    case 'thinking':
      return speaks(answer) ? 'writing' : 'thinking';
    case 'executing':
      return 'working';
    case 'waiting_approval':
      return 'waiting';
    default:
      return undefined;
  }
}

/** Whether a message has come to words that are meant for others. */
function speaks(message: Message | undefined): boolean {
  const last = message?.parts.at(-1);
  return last !== undefined && last.type !== 'reasoning';
}
