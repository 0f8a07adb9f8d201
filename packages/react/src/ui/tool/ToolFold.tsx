/** Many finished calls as one line: "7 steps, 12 s". */
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useComponents } from '../components.ts';
import { Dot } from '../controls/Dot.tsx';
import { count } from '../words/text.ts';
import { duration } from '../words/time.ts';
import type { ToolPart } from '../view/model.ts';
import { ToolCard } from './ToolCard.tsx';

export function ToolFold({ parts }: { parts: readonly ToolPart[] }) {
  const { ToolCard: Card = ToolCard } = useComponents();
  const [open, setOpen] = useState(false);
  const took = parts.reduce((sum, { call }) => sum + ((call.endedAt ?? call.startedAt) - call.startedAt), 0);
  return (
    <>
      <div className="ap-tool" role="group" aria-label="Finished steps">
        <div className="ap-tool-head">
          <button
            type="button"
            className="ap-tool-toggle"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <Dot look="moss" />
            <span>{count(parts.length, 'step')}</span>
            <span className="ap-tool-summary">
              {[...new Set(parts.map(({ call }) => call.name))].join(', ')}
            </span>
            <ChevronRight className="ap-chevron" aria-hidden="true" />
          </button>
          <span className="ap-tool-end">
            <span className="ap-tool-time ap-tabular">{duration(took)}</span>
          </span>
        </div>
      </div>
      {open && parts.map((part) => <Card key={part.id} call={part.call} />)}
    </>
  );
}
