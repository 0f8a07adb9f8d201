/** What is worth saying when a message changes from one state to the next. Text that merely grows is not. */
import { excerpt } from '../message/plain-text.ts';
import { decidedWords } from '../tool/decided.ts';
import { withInner } from '../tool/fold.ts';
import type { MessageView, ToolView } from '../view/model.ts';
import type { Spoken } from './spoken.ts';

export interface Sentence {
  readonly text: string;
  readonly urgency: 'polite' | 'assertive';
}

/** As much of a finished answer as is read out unasked. */
const SPOKEN_CHARACTERS = 200;

export function newSentences(
  before: MessageView | undefined,
  after: MessageView,
  spoken: Spoken = 'finished',
): readonly Sentence[] {
  return [
    ...(spoken === 'silent' ? [] : answerSentences(before, after, spoken)),
    ...deliverySentences(before, after),
    ...toolSentences(before, after),
    ...askSentences(before, after),
    ...waitSentences(before, after),
  ];
}

function answerSentences(
  before: MessageView | undefined,
  after: MessageView,
  spoken: Spoken,
): readonly Sentence[] {
  const state = after.answer?.state;
  if (state === undefined || state === before?.answer?.state) return [];
  const name = after.author.name;
  // Whoever heard it sentence by sentence only has to hear that it is over.
  if (state === 'done' && spoken === 'sentences') return [polite(`${name} finished.`)];
  if (state === 'done') return [polite(`${name} finished: ${excerpt(after, SPOKEN_CHARACTERS)}`)];
  if (state === 'stopped') return [polite(`${name} was stopped.`)];
  if (state === 'interrupted' || state === 'failed') return [polite(`${name} could not finish.`)];
  return [];
}

function deliverySentences(before: MessageView | undefined, after: MessageView): readonly Sentence[] {
  const failed = after.delivery?.state === 'failed' && before?.delivery?.state !== 'failed';
  return failed
    ? [{ text: `Your message was not sent. ${after.delivery.note ?? ''}`, urgency: 'assertive' }]
    : [];
}

function toolSentences(before: MessageView | undefined, after: MessageView): readonly Sentence[] {
  if (before?.parts === after.parts) return [];
  const old = new Map(callsOf(before).map((call) => [call.id, call.state]));
  return callsOf(after).flatMap((call): Sentence[] => {
    if (old.get(call.id) === call.state) return [];
    if (call.state === 'approval')
      return [
        { text: `${after.author.name} asks: ${call.approval?.question ?? call.name}`, urgency: 'assertive' },
      ];
    if (!call.mine) return [];
    if (call.state === 'done') return [polite(`${call.name} is done.`)];
    return call.state === 'error' ? [polite(`${call.name} failed.`)] : [];
  });
}

function askSentences(before: MessageView | undefined, after: MessageView): readonly Sentence[] {
  const old = new Map(before?.asks?.map((ask) => [ask.id, ask.decision]));
  return (after.asks ?? []).flatMap((ask): Sentence[] => {
    if (ask.decision) return old.has(ask.id) && !old.get(ask.id) ? [polite(decidedWords(ask.decision))] : [];
    return old.has(ask.id) ? [] : [{ text: `A decision is needed: ${ask.question}`, urgency: 'assertive' }];
  });
}

function waitSentences(before: MessageView | undefined, after: MessageView): readonly Sentence[] {
  const old = new Map(before?.waits?.map((wait) => [wait.run, wait.words]));
  return (after.waits ?? []).flatMap(({ run, words }) => (old.get(run) === words ? [] : [polite(words)]));
}

function callsOf(message: MessageView | undefined): readonly ToolView[] {
  return message?.parts.flatMap((part) => (part.kind === 'tool' ? withInner(part.call) : [])) ?? [];
}

function polite(text: string): Sentence {
  return { text, urgency: 'polite' };
}
