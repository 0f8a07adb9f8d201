// The rules by which the kill test judges a log: each of them finds what it is for.
import { expect, test } from 'vitest';
import type { Frame } from '@antiphon/e2e/wire';
import { broken, unfinished, type Question } from '../src/ledger.ts';

const QUESTIONS: readonly Question[] = ['q1', 'q2'].map((id) => ({
  id,
  bot: 'counter',
  answer: (attempt) => `${id}.${attempt} one two`,
  withinMs: 3_000,
}));

type Body = Pick<Frame, 'type'> & { readonly [field: string]: unknown };

/** A log of these entries, in this order, a second between two of them. */
function log(...bodies: readonly (Body | readonly Body[])[]): Frame[] {
  return bodies.flat().map((body, index) => ({ ...body, seq: index + 1, at: at(index) }));
}

function at(second: number): string {
  return new Date(second * 1_000).toISOString();
}

function asked(id: string): Body {
  return { type: 'message', message: { id, sender: 'mara', status: 'complete', parts: [] } };
}

function steps(question: string, ...states: readonly string[]): Body[] {
  const run = `run of ${question}`;
  return states.map((state) => ({
    type: 'run_changed',
    run,
    bot: 'counter',
    trigger: question,
    state,
    attempt: 1,
  }));
}

function answered(question: string, text: string, status = 'complete'): Body {
  const message = { id: `answer to ${question}`, sender: 'counter', status, parts: [{ type: 'text', text }] };
  return { type: 'message', message: { ...message, run: `run of ${question}` } };
}

const Q1 = [asked('q1'), ...steps('q1', 'queued', 'processing'), answered('q1', 'q1.1 one two')];
/** Others, who take their time. */
const TALK = ['one', 'two', 'three'].map((id) => asked(id));
const Q2 = [asked('q2'), ...steps('q2', 'queued', 'processing', 'interrupted')];

test('a log in which everything went well, or ended as interrupted, keeps the rules', () => {
  const good = log(Q1, steps('q1', 'completed'), Q2, answered('q2', 'q2.1 o', 'interrupted'));
  expect(broken(good, QUESTIONS)).toEqual([]);
  expect(unfinished(good, QUESTIONS)).toBe(0);
  expect(unfinished(log(Q1, Q2), QUESTIONS)).toBe(1);
});

test('a time without a server is nobody’s', () => {
  const late = log(Q1, TALK, steps('q1', 'completed'), Q2);
  expect(broken(late, QUESTIONS).join()).toBe('attempt 1 at q1 was completed only after 5000 ms');
  // It began at 2 s and ended at 7 s.
  expect(broken(late, QUESTIONS, [{ from: 0, to: 4_000 }])).toEqual([]);
  expect(broken(late, QUESTIONS, [{ from: 6_000, to: 60_000 }])).toHaveLength(1);
});

test.each<[string, Frame[], RegExp]>([
  ['a hole', log(Q1, steps('q1', 'completed'), Q2).toSpliced(3, 1), /hole/],
  ['a lost question', log(Q1, steps('q1', 'completed'), Q2.slice(1)), /q2 is lost/],
  ['a question that nobody served', log(Q1, steps('q1', 'completed'), asked('q2')), /q2 has 0 runs/],
  [
    'a question that was ended and never begun',
    log(Q1, steps('q1', 'completed'), asked('q2'), steps('q2', 'queued', 'interrupted')),
    /q2 was never begun/,
  ],
  [
    'an attempt that waits again too late',
    log(asked('q1'), steps('q1', 'queued', 'processing'), TALK, TALK, steps('q1', 'queued', 'processing')),
    /attempt 1 at q1 was queued only after 7000 ms/,
  ],
  ['a run that never ends', log(Q1, Q2), /q1 went through queued,processing$/],
  [
    'a run that ends twice',
    log(Q1, steps('q1', 'completed'), Q2, steps('q2', 'failed')),
    /q2 went through .*interrupted,failed/,
  ],
  ['a run that goes on after its end', log(Q1, steps('q1', 'completed', 'thinking'), Q2), /q1 went through/],
  [
    'words that are doubled',
    log(Q1, steps('q1', 'completed'), Q2, answered('q2', 'q2.1 one one', 'interrupted')),
    /answer to q2 \(interrupted\) reads "q2.1 one one"/,
  ],
  [
    'words of another attempt',
    log(Q1, steps('q1', 'completed'), Q2, answered('q2', 'q2.2', 'interrupted')),
    /answer to q2/,
  ],
  [
    'a completed answer that is not whole',
    log(Q1.slice(0, 3), answered('q1', 'q1.1 one'), steps('q1', 'completed'), Q2),
    /answer to q1 \(completed\)/,
  ],
  ['an answer that never ends', log(Q1.slice(0, 3), answered('q1', 'q1', 'streaming')), /never ended/],
  ['two answers', log(Q1, answered('q1', 'q1.1 one two'), steps('q1', 'completed'), Q2), /q1 has 2 answers/],
  ['a question out of turn', log(Q1, Q2, steps('q1', 'completed')), /q2 .* began before q1 .* was over/],
  [
    'words that nobody asked for',
    log(Q1, steps('q1', 'completed'), Q2, answered('q3', 'boo')),
    /which nobody asked for/,
  ],
])('%s is found', (_, bad, complaint) => {
  expect(broken(bad, QUESTIONS).join('\n')).toMatch(complaint);
});
