/** What an agent thought before it spoke; folded, and open only by wish. */
import { useState } from 'react';
import { ChevronRight } from 'lucide-react';
import { RichText } from '../markdown/RichText.tsx';
import { useNow } from '../ui/now.ts';
import { counting } from '../ui/time.ts';
import type { ReasoningPart } from '../view/model.ts';

export function Reasoning({ part }: { part: ReasoningPart }) {
  const [shown, setShown] = useState(false);
  const now = useNow(part.open);
  const spent = counting((part.endedAt ?? now) - part.startedAt);
  return (
    <details className="reasoning" onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary data-state={part.open ? 'open' : 'done'}>
        <ChevronRight aria-hidden="true" />
        <span>{part.open ? `Thinking, ${spent}` : `Thought for ${spent}`}</span>
      </summary>
      {shown && <RichText text={part.text} open={part.open} />}
    </details>
  );
}
