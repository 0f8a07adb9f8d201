/** What a message consists of, each part in its own form; many finished tool calls in a row fold into one line. */
import { useComponents } from '../components.ts';
import { RichText } from '../markdown/RichText.tsx';
import { ToolCard } from '../tool/ToolCard.tsx';
import { ToolFold } from '../tool/ToolFold.tsx';
import { foldTools } from '../tool/fold.ts';
import type { MessageView, PartView } from '../view/model.ts';
import { DataCard } from './DataCard.tsx';
import { FileChip } from './FileChip.tsx';
import { Plan } from './Plan.tsx';
import { Reasoning } from './Reasoning.tsx';

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
    case 'file':
      return <FileChip part={part} />;
    case 'plan':
      return <Plan part={part} />;
    case 'data':
      return <DataCard part={part} />;
  }
}
