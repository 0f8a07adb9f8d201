/** An agent's plan: steps on a small line of their own. */
import { count } from '../words/text.ts';
import type { PlanPart } from '../view/model.ts';

const WORDS = { pending: 'to do', active: 'under way', done: 'done', skipped: 'left out' } as const;

export function Plan({ part }: { part: PlanPart }) {
  const done = part.steps.filter((step) => step.state === 'done').length;
  return (
    <section className="ap-plan" aria-label={`Plan, ${done} of ${count(part.steps.length, 'step')} done`}>
      <ol>
        {part.steps.map((step, index) => (
          // Steps have no identity of their own; they are replaced as a whole.
          <li key={index} data-state={step.state}>
            <span>{step.text}</span>
            <span className="ap-unseen">, {WORDS[step.state]}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
