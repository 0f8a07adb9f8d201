/** What a message consists of, each part in its own form; many finished tool calls in a row fold into one line. */
import { Suspense } from 'react';
import { useComponents } from '../components.ts';
import { RichText } from '../markdown/RichText.tsx';
import { ToolCard } from '../tool/ToolCard.tsx';
import { ToolFold } from '../tool/ToolFold.tsx';
import { foldTools } from '../tool/fold.ts';
import type { MessageView, PartView } from '../view/model.ts';
import { later } from '../later.ts';
import { Reasoning } from './Reasoning.tsx';

const RarePart = later(() => import('./RarePart.tsx'), 'RarePart');

export function Parts({ message }: { message: MessageView }) {
  return (
    <div className="ap-row-parts">
      {foldTools(message.parts).map((entry) =>
        entry.folded ? (
          <ToolFold key={entry.key} parts={entry.parts} />
        ) : (
          <Part key={entry.key} part={entry.part} />
        ),
      )}
    </div>
  );
}

function Part({ part }: { part: PartView }) {
  const { Markdown = RichText, ToolCard: Card = ToolCard } = useComponents();
  switch (part.kind) {
    case 'text':
      return <Markdown text={part.text} open={part.open} />;
    case 'reasoning':
      return <Reasoning part={part} />;
    case 'tool':
      return <Card call={part.call} />;
    default:
      return (
        <Suspense>
          <RarePart part={part} />
        </Suspense>
      );
  }
}
