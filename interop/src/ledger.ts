// What must be true of a room's log after a storm, whoever was killed in it: each rule says where it was broken.
import type { Frame } from '@antiphon/e2e/wire';
import { FINAL, messages, words, type Message, type Run } from './chat.ts';

/** Something that a person asked a bot. */
export interface Question {
  /** The id of its message. */
  readonly id: string;
  readonly bot: string;
  /** All that the bot has to say to it, in this attempt of its run. */
  readonly answer: (attempt: number) => string;
  /** How long an attempt may take: the work, the silence after which the server takes the run away, and the time for that. */
  readonly withinMs: number;
}

/** A time in which there was no server, by the clock of the machine. */
export interface Downtime {
  readonly from: number;
  readonly to: number;
}

/** A `run_changed` of the log. */
export interface Step extends Run {
  readonly seq: number;
  readonly at: string;
  readonly trigger: string;
  readonly attempt?: number;
}

/** What the log tells of one question. */
interface Case {
  readonly question: Question;
  /** Position of its message; none if it is missing. */
  readonly asked: number | undefined;
  readonly steps: readonly Step[];
  readonly answers: readonly Message[];
}

/** Where the log breaks a rule; nothing if it keeps them all. */
export function broken(
  log: readonly Frame[],
  questions: readonly Question[],
  downtimes: readonly Downtime[] = [],
): string[] {
  const cases = questions.map((question) => caseOf(log, question));
  return [
    ...holes(log),
    ...cases.flatMap((each) => [
      ...served(each),
      ...endedOnce(each),
      ...inTime(each, downtimes),
      ...said(each),
    ]),
    ...outOfTurn(cases),
    ...strays(log, cases),
  ];
}

/** Runs that are not over yet, or have not begun: the storm is over when there are none. */
export function unfinished(log: readonly Frame[], questions: readonly Question[]): number {
  const over = new Set(ended(log).map(({ trigger }) => trigger));
  return questions.filter(({ id }) => !over.has(id)).length;
}

/** The runs that are over, as they ended. */
export function ended(log: readonly Frame[]): readonly Step[] {
  return stepsOf(log).filter(({ state }) => FINAL.includes(state));
}

function caseOf(log: readonly Frame[], question: Question): Case {
  const steps = stepsOf(log).filter(({ trigger }) => trigger === question.id);
  const runs = new Set(steps.map(({ run }) => run));
  const asked = log.find(
    (entry) => entry.type === 'message' && (entry['message'] as Message).id === question.id,
  );
  const answers = messages(log).filter(({ run }) => run !== undefined && runs.has(run));
  return { question, asked: asked?.seq, steps, answers };
}

/** Positions are contiguous from 1. */
function holes(log: readonly Frame[]): string[] {
  const at = log.findIndex((entry, index) => entry.seq !== index + 1);
  return at < 0 ? [] : [`the log has a hole or a double at ${at + 1}`];
}

/** A question is in the log, and is one run of the bot that it was for, which has begun it. */
function served({ question, asked, steps }: Case): string[] {
  const runs = new Set(steps.map(({ run }) => run));
  const bots = new Set(steps.map(({ bot }) => bot));
  const complaints: string[] = [];
  if (asked === undefined) complaints.push(`${question.id} is lost`);
  if (runs.size !== 1) complaints.push(`${question.id} has ${runs.size} runs`);
  if (bots.size > 1 || (bots.size === 1 && !bots.has(question.bot))) {
    complaints.push(`${question.id} was served by ${[...bots].join()}`);
  }
  if (runs.size > 0 && !steps.some(({ state }) => state === 'processing')) {
    complaints.push(`${question.id} was never begun`);
  }
  return complaints;
}

/** A run begins as queued and ends once; nothing follows. */
function endedOnce({ question, steps }: Case): string[] {
  const states = steps.map(({ state }) => state);
  const ends = states.filter((state) => FINAL.includes(state));
  const good = states[0] === 'queued' && ends.length === 1 && FINAL.includes(states.at(-1) ?? '');
  return good ? [] : [`${question.id} went through ${states.join()}`];
}

/** Each attempt is over in time, while there is a server: the run has ended, or waits again. */
function inTime({ question, steps }: Case, downtimes: readonly Downtime[]): string[] {
  return steps.flatMap((begin, index) => {
    const isOver = ({ state }: Step): boolean => state === 'queued' || FINAL.includes(state);
    const end = begin.state === 'processing' ? steps.slice(index).find(isOver) : undefined;
    if (end === undefined) return [];
    const [from, to] = [Date.parse(begin.at), Date.parse(end.at)];
    const took = to - from - down({ from, to }, downtimes);
    if (took <= question.withinMs) return [];
    return [`attempt ${begin.attempt ?? 1} at ${question.id} was ${end.state} only after ${took} ms`];
  });
}

/** How much of this time there was no server. */
function down({ from, to }: Downtime, downtimes: readonly Downtime[]): number {
  const parts = downtimes.map((each) => Math.min(to, each.to) - Math.max(from, each.from));
  return parts.filter((part) => part > 0).reduce((sum, part) => sum + part, 0);
}

/** There is one answer at most; it is over; a completed one is whole, any other one is a beginning; of one attempt. */
function said({ question, steps, answers }: Case): string[] {
  const end = steps.at(-1);
  const [answer, ...more] = answers;
  if (more.length > 0) return [`${question.id} has ${answers.length} answers`];
  if (answer === undefined) return end?.state === 'completed' ? [`${question.id} has no answer`] : [];
  const text = words(answer);
  const whole = question.answer(end?.attempt ?? 1);
  if (answer.status === 'streaming') return [`the answer to ${question.id} never ended`];
  const attempts = Array.from({ length: end?.attempt ?? 1 }, (_, before) => before + 1);
  const good =
    end?.state === 'completed'
      ? text === whole
      : // The last attempt may have ended before it wrote anything.
        attempts.some((attempt) => question.answer(attempt).startsWith(text));
  if (good) return [];
  return [`the answer to ${question.id} (${end?.state ?? 'no run'}) reads ${JSON.stringify(text)}`];
}

/** A bot begins a question when it is done with all earlier ones of the room. */
function outOfTurn(cases: readonly Case[]): string[] {
  const placed = cases.filter(({ asked, steps }) => asked !== undefined && steps.length > 0);
  return placed.flatMap((each) => {
    const begins = each.steps.filter(({ state }) => state === 'processing').map(({ seq }) => seq);
    const earlier = placed.filter(
      ({ question, asked }) => question.bot === each.question.bot && (asked ?? 0) < (each.asked ?? 0),
    );
    const unready = earlier.find(({ steps }) => begins.some((begin) => (steps.at(-1)?.seq ?? 0) > begin));
    return unready ? [`${told(each)} began before ${told(unready)} was over`] : [];
  });
}

/** A question with its positions in the log, to find it there. */
function told({ question, asked, steps }: Case): string {
  return `${question.id} (asked ${asked ?? 0}, ${steps.map(({ state, seq }) => `${state} ${seq}`).join(', ')})`;
}

/** Nothing in the log was written by a run of no question. */
function strays(log: readonly Frame[], cases: readonly Case[]): string[] {
  const known = new Set(cases.flatMap(({ steps }) => steps.map(({ run }) => run)));
  const strange = messages(log).filter(({ run }) => run !== undefined && !known.has(run));
  return strange.map(({ id, run }) => `message ${id} was written by ${run ?? ''}, which nobody asked for`);
}

function stepsOf(log: readonly Frame[]): readonly Step[] {
  return log.filter(({ type }) => type === 'run_changed') as unknown as readonly Step[];
}
