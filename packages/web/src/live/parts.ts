/** The parts of a message as the page shows them. */
import type { Message, Part } from '@antiphon/client';
import type { PartView } from '../view/model.ts';
import type { Thoughts } from './thoughts.ts';
import { toolView } from './tool.ts';

/** What the parts do not say about themselves. */
export interface PartFacts {
  /** I may stop the agent that writes this. */
  readonly mine: boolean;
  /** Calls whose end I asked for. */
  readonly stopping: ReadonlySet<string>;
  readonly thoughts: Thoughts;
  readonly now: number;
}

export function partViews(message: Message, facts: PartFacts): readonly PartView[] {
  const last = message.status === 'streaming' ? message.parts.length - 1 : -1;
  return message.parts.flatMap((part, index): PartView[] => {
    const view = partView(message, part, index, index === last, facts);
    return view ? [view] : [];
  });
}

function partView(
  { key, at }: Message,
  part: Part,
  index: number,
  open: boolean,
  { mine, stopping, thoughts, now }: PartFacts,
): PartView | undefined {
  const id = `${key}/${index}`;
  switch (part.type) {
    case 'text':
      // A part that was opened and has no word yet would be an empty line.
      return part.text === '' && !open ? undefined : { kind: 'text', id, text: part.text, open };
    case 'reasoning':
      return { kind: 'reasoning', id, text: part.text, open, ...thoughts.see(id, open, now) };
    case 'tool_call':
      return { kind: 'tool', id, call: toolView(part, { at, mine, stopping: stopping.has(part.id) }) };
    case 'file':
      return { kind: 'file', id, name: part.name, size: part.size, ...safeUrl(part.url) };
    case 'plan':
      return { kind: 'plan', id, steps: part.items.map(({ title, state }) => ({ text: title, state })) };
    case 'data':
      return { kind: 'data', id, label: part.name, json: JSON.stringify(part.value, null, 2) };
  }
}

/** Only addresses that a click may follow. */
function safeUrl(url: string): { url?: string } {
  try {
    return ['http:', 'https:'].includes(new URL(url, location.href).protocol) ? { url } : {};
  } catch {
    return {};
  }
}
