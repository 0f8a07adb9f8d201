/** Structured data that has no form of its own here: a name, and its content by wish. */
import { Braces, ChevronRight } from 'lucide-react';
import type { DataPart } from '../view/model.ts';

export function DataCard({ part }: { part: DataPart }) {
  return (
    <details className="ap-data-card">
      <summary>
        <Braces aria-hidden="true" />
        <span>{part.label}</span>
        <ChevronRight className="ap-chevron" aria-hidden="true" />
      </summary>
      <pre tabIndex={0}>{part.json}</pre>
    </details>
  );
}
