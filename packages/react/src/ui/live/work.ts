/** Who is at work in a room right now, on what, and how far. */
import { isFinalTool, type Message, type Run, type ToolCallPart } from '@antiphon/client';
import type { UserView, WorkView } from '../view/model.ts';
import { activityOf } from './activity.ts';
import { ordinal } from './words.ts';

/** What runs do not say about themselves. */
export interface WorkFacts {
  readonly user: (id: string) => UserView;
  readonly message: (key: string) => Message | undefined;
  /** The message that a run writes. */
  readonly answer: (run: Run) => Message | undefined;
  /** I may stop it. */
  readonly mine: (run: Run) => boolean;
  /** How much it asks that I may decide. */
  readonly asksMe: (run: Run) => number;
}

export function workViews(runs: readonly Run[], facts: WorkFacts): readonly WorkView[] {
  return runs.map((run) => workView(run, placeInLine(run, runs), facts));
}

/** Which one of those that wait for its agent a run is, as the server counts them; 1 is next. */
export function placeInLine(run: Run, runs: readonly Run[]): number {
  const ahead = runs.filter(
    ({ bot, state, createdAt }) => bot === run.bot && state === 'queued' && createdAt < run.createdAt,
  );
  return 1 + ahead.length;
}

function workView(
  run: Run,
  place: number,
  { user, message, answer: answerOf, mine, asksMe }: WorkFacts,
): WorkView {
  const answer = answerOf(run);
  const tool = answer?.parts.findLast(
    (part): part is ToolCallPart => part.type === 'tool_call' && !isFinalTool(part.state),
  );
  const detail =
    run.state === 'queued'
      ? run.paused === true
        ? 'Waits for somebody'
        : lineWords(place)
      : (tool?.title ?? tool?.name);
  const fraction = tool?.progress?.fraction;
  const messageKey = answer?.key ?? message(run.trigger)?.key;
  return {
    key: run.id,
    user: user(run.bot),
    activity: activityOf(run, answer) ?? 'thinking',
    since: run.createdAt,
    mine: mine(run),
    ...(asksMe(run) > 0 ? { asksMe: true } : {}),
    ...(detail === undefined ? {} : { detail }),
    ...(fraction === undefined ? {} : { fraction }),
    ...(messageKey === undefined ? {} : { messageKey }),
  };
}

function lineWords(place: number): string {
  return place > 1 ? `${ordinal(place)} in line` : 'Waiting for its turn';
}
