/** A decision that was made, in a sentence. */
import type { DecisionView } from '../view/model.ts';

const FOR = { once: '', session: ' in this room from now on', always: ' from now on' } as const;

/** "Allowed by Mara, with other arguments." */
export function decidedWords(decision: DecisionView): string {
  const { what, cause, by, scope, edited, reason, answer } = decision;
  if (cause === 'withdrawn') return 'It was not needed any more.';
  if (cause === 'deadline') return `Nobody decided in time: ${what}.`;
  if (cause === 'standing') return `Allowed by an earlier decision of ${by}.`;
  if (what === 'answered') return `${by} answered${answer ? `: ${answer}` : ''}.`;
  const verb = what === 'allowed' ? `Allowed by ${by}${FOR[scope]}` : `Denied by ${by}`;
  return `${verb}${edited ? ', with other arguments' : ''}${reason ? `: ${reason}` : ''}.`;
}
