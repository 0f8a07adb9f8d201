/** What a page of the AI SDK shows, with what the room has beside it: other people, other agents, other devices. */
import { fieldsOf, isTool, type UIMessage, type UIMessageLike, type UIPart } from './words.ts';

/**
 * The messages of the room in its order, then those that only the page has. A message that says the same keeps its identity;
 * what a person has just answered on the page counts until the room has it.
 */
export function mergeMessages<M extends UIMessageLike>(shown: readonly M[], room: readonly UIMessage[]): M[] {
  const before = new Map(shown.map((message) => [message.id, message]));
  const known = new Set(room.map(({ id }) => id));
  const ours = room.map((message) => merge(before.get(message.id), message) as M);
  return [...ours, ...shown.filter(({ id }) => !known.has(id))];
}

function merge(shown: UIMessageLike | undefined, message: UIMessage): UIMessageLike {
  if (!shown) return message;
  const parts = message.parts.map((part) => {
    const local = isTool(part) && shown.parts.map(fieldsOf).find((one) => isAnswered(one, part));
    return local || part;
  });
  return saysTheSame(shown.parts, parts) ? shown : { ...message, parts };
}

/** Whether the page has answered what the room still asks. */
function isAnswered(local: UIPart, part: UIPart): boolean {
  return (
    local.toolCallId === part.toolCallId &&
    local.state === 'approval-responded' &&
    part.state === 'approval-requested'
  );
}

/** What is undefined is not there, for whoever reads it. */
function saysTheSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) =>
    field !== null && typeof field === 'object' && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}
