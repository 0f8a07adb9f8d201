/** Parts that few messages have: their forms are fetched with the first of them. */
import type { DataPart, FilePart, PlanPart } from '../view/model.ts';
import { DataCard } from './DataCard.tsx';
import { FileChip } from './FileChip.tsx';
import { Plan } from './Plan.tsx';

export function RarePart({ part }: { part: FilePart | PlanPart | DataPart }) {
  switch (part.kind) {
    case 'file':
      return <FileChip part={part} />;
    case 'plan':
      return <Plan part={part} />;
    case 'data':
      return <DataCard part={part} />;
  }
}
