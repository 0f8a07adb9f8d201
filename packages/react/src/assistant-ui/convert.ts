/** A message of a room as assistant-ui shows it. Conversions are kept there by identity, so the same message is the same object. */
import type { Approval, Message, Part, Room, ToolCallPart } from '@antiphon/client';
import type { ThreadMessageLike } from '@assistant-ui/react';

/** A message with all that its picture depends on; a new object only when something of that changed. */
export interface Shown {
  readonly message: Message;
  readonly role: 'assistant' | 'user';
  /** What others call who said it. */
  readonly name: string | undefined;
  /** What the run that writes it asks; empty once it is whole. */
  readonly approvals: readonly Approval[];
}

/** What was made of a message last. */
const made = new WeakMap<Message, { all: readonly Approval[] | undefined; shown: Shown }>();

/** What is shown of a room, oldest first. */
export function shownOf(room: Room): Shown[] {
  return room.messages.flatMap((message) => (message.deletedAt === undefined ? [show(room, message)] : []));
}

function show(room: Room, message: Message): Shown {
  const all = message.status === 'streaming' ? room.approvals.all : undefined;
  const member = room.member(message.sender);
  const bots = !message.own && (message.run !== undefined || member?.kind === 'bot');
  const held = made.get(message);
  if (held && held.all === all && held.shown.name === member?.name) return held.shown;
  const shown: Shown = {
    message,
    role: bots ? 'assistant' : 'user',
    name: member?.name,
    approvals: all?.filter(({ run }) => run === message.run) ?? [],
  };
  made.set(message, { all, shown });
  return shown;
}

/** One function for ever: assistant-ui forgets everything it has converted when this changes. */
export function convertMessage({ message, role, name, approvals }: Shown): ThreadMessageLike {
  const { key, at, sender, run, room, delivery } = message;
  return {
    id: key,
    role,
    createdAt: new Date(at),
    content: message.parts.map((part) => toContent(part, approvals)),
    metadata: { custom: { room, sender, name, run, delivery } },
    ...(role === 'assistant' && { status: statusOf(message, approvals) }),
  };
}

function statusOf({ status, parts }: Message, approvals: readonly Approval[]): object {
  switch (status) {
    case 'streaming':
      return parts.some((part) => isAsked(part, approvals))
        ? { type: 'requires-action', reason: 'tool-calls' }
        : { type: 'running' };
    case 'complete':
      return { type: 'complete', reason: 'stop' };
    case 'cancelled':
      return { type: 'incomplete', reason: 'cancelled' };
    case 'failed':
      return { type: 'incomplete', reason: 'error', error: 'the agent failed' };
    case 'interrupted':
      return { type: 'incomplete', reason: 'other' };
  }
}

function isAsked(part: Part, approvals: readonly Approval[]): boolean {
  return (
    part.type === 'tool_call' && approvals.some(({ toolCall, decision }) => toolCall === part.id && !decision)
  );
}

function toContent(part: Part, approvals: readonly Approval[]): object {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, text: part.text };
    case 'tool_call':
      return toToolCall(part, approvals);
    case 'file':
      return {
        type: 'file',
        filename: part.name,
        mimeType: part.mediaType,
        data: part.url,
        sourceType: 'url',
      };
    case 'data':
      return { type: 'data', name: part.name, data: part.value };
    case 'plan':
      return { type: 'data', name: 'plan', data: { items: part.items } };
  }
}

const FAILURES: Readonly<Record<string, string>> = {
  failed: 'the tool failed',
  cancelled: 'the tool was stopped',
  timed_out: 'the tool took too long',
  denied: 'the tool was not allowed',
  abandoned: 'the agent ended before the tool did',
};

function toToolCall(call: ToolCallPart, approvals: readonly Approval[]): object {
  const { id, name, state } = call;
  const isObject =
    typeof call.arguments === 'object' && call.arguments !== null && !Array.isArray(call.arguments);
  const argsText = call.argumentsText ?? (call.arguments === undefined ? '' : JSON.stringify(call.arguments));
  const approval = approvals.findLast(({ kind, toolCall }) => kind === 'permission' && toolCall === id);
  return {
    type: 'tool-call',
    toolCallId: id,
    toolName: name,
    argsText,
    ...(isObject && { args: call.arguments }),
    ...resultOf(call),
    ...(approval && { approval: toApproval(approval) }),
    artifact: { state, title: call.title, progress: call.progress, output: call.output },
  };
}

/** The result, or how far it is, or why there is none. */
function resultOf({ state, result, output, progress, error }: ToolCallPart): object {
  if (state === 'completed') return { result: result ?? output };
  const failure = FAILURES[state];
  if (failure !== undefined) return { result: error || failure, isError: true };
  const shown = progress !== undefined || output !== '';
  return state === 'running' && shown ? { result: { progress, output }, isPreliminary: true } : {};
}

function toApproval({ id, prompt, scopes, decision }: Approval): object {
  const allow = scopes.map((scope) =>
    scope === 'once'
      ? { id: 'once', kind: 'allow-once' }
      : { id: scope, kind: 'allow-always', label: scope === 'session' ? 'Always here' : 'Always' },
  );
  const options = allow.length > 1 ? { options: [...allow, { id: 'deny', kind: 'reject-once' }] } : {};
  if (!decision) return { id, prompt, ...options };
  if (decision.cause === 'withdrawn') return { id, prompt, resolution: 'cancelled' };
  const { action, reason, cause } = decision;
  return {
    id,
    prompt,
    approved: action === 'approve',
    ...(reason !== undefined && { reason }),
    ...(cause === 'standing' && { isAutomatic: true }),
  };
}
