/** Makers of messages for the demonstration and for tests. */
import type {
  ApprovalView,
  MessageView,
  PartView,
  TextPart,
  ToolPart,
  ToolView,
  UserView,
} from '../view/model.ts';
import { me } from './people.ts';

let lastKey = 0;

export function nextKey(): string {
  lastKey += 1;
  return `m${String(lastKey).padStart(6, '0')}`;
}

export function text(words: string, open = false): TextPart {
  return { kind: 'text', id: 'text', text: words, open };
}

export function tool(call: Partial<ToolView> & Pick<ToolView, 'name' | 'state'>): ToolPart {
  const id = call.id ?? nextKey();
  return { kind: 'tool', id, call: { id, startedAt: Date.now(), mine: true, ...call } };
}

export function asks(ask: Partial<ApprovalView> & Pick<ApprovalView, 'question'>): ApprovalView {
  return {
    id: nextKey(),
    kind: 'permission',
    editable: false,
    scopes: ['once'],
    expiresAt: Date.now() + 270_000,
    otherwise: 'denied',
    canDecide: true,
    ...ask,
  };
}

export function message(
  author: UserView,
  at: number,
  parts: string | readonly PartView[],
  rest: Partial<MessageView> = {},
): MessageView {
  return {
    kind: 'message',
    key: nextKey(),
    author,
    at,
    own: author.id === me.id,
    parts: typeof parts === 'string' ? [text(parts)] : parts,
    ...rest,
  };
}
