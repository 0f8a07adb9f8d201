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

/** The same, with the calls that are shown inside of others. */
interface CallFacts extends PartFacts {
  readonly nested: ReadonlyMap<string, readonly ToolCallPart[]>;
}

export function partViews(message: Message, facts: PartFacts): readonly PartView[] {
  const last = message.status === 'streaming' ? message.parts.length - 1 : -1;
  const nested = nestedIn(message.parts);
  return message.parts.flatMap((part, index): PartView[] => {
    if (part.type === 'tool_call' && !nested.has(part.id)) return [];
    const view = partView(message, part, index, index === last, { ...facts, nested });
    return view ? [view] : [];
  });
}

/** The calls that have a card of their own, each with those that sub-agents make for it. */
function nestedIn(parts: readonly Part[]): ReadonlyMap<string, readonly ToolCallPart[]> {
  const calls = parts.filter((part) => part.type === 'tool_call');
  const rootOf = rootsOf(calls);
  const nested = new Map<string, ToolCallPart[]>();
  for (const call of calls) {
    const root = rootOf(call);
    const inner = nested.get(root) ?? [];
    nested.set(root, root === call.id ? inner : [...inner, call]);
  }
  return nested;
}

/** The call in whose card each call of a message is shown: its own, or that of the call that a sub-agent works for. */
function rootsOf(parts: readonly ToolCallPart[]): (call: ToolCallPart) => string {
  const calls = new Map(parts.map((call) => [call.id, call]));
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
  facts: CallFacts,
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

function callView(call: ToolCallPart, message: Message, facts: CallFacts): ToolView {
  const { mine, stopping, role, approvalOf, nameOf, nested } = facts;
  const approval = approvalOf(call, message.run);
  const own = { at: message.at, mine, stopping: stopping.has(call.id), role, approval, nameOf };
  const inner = nested.get(call.id) ?? [];
  const view = toolView(call, own);
  return inner.length === 0 ? view : { ...view, inner: inner.map((one) => callView(one, message, facts)) };
}

/** Only addresses that a click may follow. */
function safeUrl(url: string): { url?: string } {
  try {
    return ['http:', 'https:'].includes(new URL(url, location.href).protocol) ? { url } : {};
  } catch {
    return {};
  }
}
