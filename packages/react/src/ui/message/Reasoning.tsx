/** What an agent thought before it spoke; folded, and open only by wish. */
import { useState } from 'react';
import { ChevronRight } from 'lucide-react';
import { RichText } from '../markdown/RichText.tsx';
import { useNow } from '../clock/now.ts';
import { counting } from '../words/time.ts';
import type { ReasoningPart } from '../view/model.ts';

export function Reasoning({ part }: { part: ReasoningPart }) {
  const [shown, setShown] = useState(false);
  const now = useNow(part.open);
  return (
    <details className="ap-reasoning" onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary data-state={part.open ? 'open' : 'done'}>
        <ChevronRight aria-hidden="true" />
        <span>{words(part, now)}</span>
      </summary>
      {shown && <RichText text={part.text} open={part.open} />}
    </details>
  );
}

/** How long thoughts took that nobody here watched is not known. */
function words({ open, startedAt, endedAt }: ReasoningPart, now: number): string {
  if (open) return `Thinking, ${counting(now - startedAt)}`;
  return endedAt === undefined ? 'Thoughts' : `Thought for ${counting(endedAt - startedAt)}`;
}
