/** The parts of a message as the page shows them. */
import type { Message, Part, Role, ToolCallPart } from '@antiphon/client';
import type { ApprovalView, PartView, ToolView } from '../view/model.ts';
import type { Thoughts } from './thoughts.ts';
import { hiddenFrom, toolView } from './tool.ts';

/** What an agent's connector keeps beside an answer for itself: it says nothing to people. */
const KEPT = /^ag-ui\.(origins|sealed|messages|raw)$/;

/** What the parts do not say about themselves. */
export interface PartFacts {
  /** I may stop the agent that writes this. */
  readonly mine: boolean;
  /** Calls whose end I asked for. */
  readonly stopping: ReadonlySet<string>;
  readonly role: Role | undefined;
  /** What is asked, by the id of the tool call that it is about. */
  readonly approvalOf: (call: ToolCallPart, run: string | undefined) => ApprovalView | undefined;
  readonly nameOf: (user: string) => string;
  readonly thoughts: Thoughts;
  readonly now: number;
}

export function partViews(message: Message, facts: PartFacts): readonly PartView[] {
  const last = message.status === 'streaming' ? message.parts.length - 1 : -1;
  const rootOf = rootsOf(message.parts);
  return message.parts.flatMap((part, index): PartView[] => {
    if (part.type === 'tool_call' && rootOf(part) !== part.id) return [];
    const view = partView(message, part, index, index === last, facts);
    return view ? [view] : [];
  });
}

/** The call in whose card each call of a message is shown: its own, or that of the call that a sub-agent works for. */
function rootsOf(parts: readonly Part[]): (call: ToolCallPart) => string {
  const calls = new Map(
    parts.flatMap((part) => (part.type === 'tool_call' ? [[part.id, part] as const] : [])),
  );
  return (call) => {
    let root = call;
    for (let hops = 0; hops <= calls.size; hops += 1) {
      const parent = calls.get(root.parent ?? '');
      if (parent === undefined) return root.id;
      root = parent;
    }
    // They work for each other in a circle: a card for each of them.
    return call.id;
  };
}

function partView(
  message: Message,
  part: Part,
  index: number,
  open: boolean,
  facts: PartFacts,
): PartView | undefined {
  const id = `${message.key}/${index}`;
  const { thoughts, now } = facts;
  // What is not for me is left out; of a tool call there is at least its name and its state.
  if (part.type !== 'tool_call' && hiddenFrom(part, facts.role).hidden !== undefined) return undefined;
  switch (part.type) {
    case 'text':
      // A part that was opened and has no word yet would be an empty line.
      return part.text === '' && !open ? undefined : { kind: 'text', id, text: part.text, open };
    case 'reasoning':
      return { kind: 'reasoning', id, text: part.text, open, ...thoughts.see(id, open, now) };
    case 'tool_call':
      return { kind: 'tool', id, call: callView(part, message, facts) };
    case 'file':
      return { kind: 'file', id, name: part.name, size: part.size, ...safeUrl(part.url) };
    case 'plan':
      return { kind: 'plan', id, steps: part.items.map(({ title, state }) => ({ text: title, state })) };
    case 'data':
      if (KEPT.test(part.name)) return undefined;
      return { kind: 'data', id, label: part.name, json: JSON.stringify(part.value, null, 2) };
  }
}

function callView(call: ToolCallPart, message: Message, facts: PartFacts): ToolView {
  const { mine, stopping, role, approvalOf, nameOf } = facts;
  const { at, run, parts } = message;
  const approval = approvalOf(call, run);
  const rootOf = rootsOf(parts);
  const inner = parts.flatMap((part) =>
    part.type === 'tool_call' && part !== call && rootOf(part) === call.id
      ? [callView(part, message, facts)]
      : [],
  );
  const view = toolView(call, { at, mine, stopping: stopping.has(call.id), role, approval, nameOf });
  return inner.length > 0 ? { ...view, inner } : view;
}

/** Only addresses that a click may follow. */
function safeUrl(url: string): { url?: string } {
  try {
    return ['http:', 'https:'].includes(new URL(url, location.href).protocol) ? { url } : {};
  } catch {
    return {};
  }
}
