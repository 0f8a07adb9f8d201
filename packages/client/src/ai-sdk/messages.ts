/** Messages of a room as the AI SDK keeps them, folded from the same chunks that a stream is made of. */
import type { Approval } from '../model/approval.ts';
import type { Message } from '../model/message.ts';
import type { Room } from '../room/room.ts';
import { Shown } from './shown.ts';
import type { Chunk7, UIMessage, UIPart } from './words.ts';

/** What was made of a message, and of which questions; a message that is whole needs none. */
const made = new WeakMap<Message, { approvals: readonly Approval[] | undefined; message: UIMessage }>();

/** The messages of a room, oldest first. The same object for a message that has not changed. */
export function toUIMessages(room: Room): UIMessage[] {
  const shown = room.messages.filter(({ deletedAt, delivery }) => !deletedAt && delivery !== 'failed');
  return shown.map((message) => toUIMessage(room, message));
}

/** A message of a room. */
export function toUIMessage(room: Room, message: Message): UIMessage {
  const whole = message.status !== 'streaming';
  const approvals = whole ? undefined : room.approvals.all;
  const held = made.get(message);
  if (held && held.approvals === approvals) return held.message;
  const asked = approvals?.filter(({ run }) => run === message.run) ?? [];
  const fresh: UIMessage = {
    id: message.key,
    role: isBots(room, message) ? 'assistant' : 'user',
    metadata: {
      antiphon: {
        room: message.room,
        sender: message.sender,
        ...(message.run !== undefined && { run: message.run }),
        at: new Date(message.at).toISOString(),
      },
    },
    parts: fold(new Shown(7).tellWhole(message.parts, asked, whole)),
  };
  made.set(message, { approvals, message: fresh });
  return fresh;
}

/** Whether an agent said it. */
export function isBots(room: Room, { own, run, sender }: Message): boolean {
  return !own && (run !== undefined || room.member(sender)?.kind === 'bot');
}

/** The parts that a page makes of these chunks. Only for messages: they begin nothing that they do not end. */
function fold(chunks: readonly Chunk7[]): UIPart[] {
  const parts: UIPart[] = [];
  for (const chunk of chunks) foldChunk(parts, chunk);
  return parts;
}

function foldChunk(parts: UIPart[], chunk: Chunk7): void {
  const last = parts.at(-1);
  switch (chunk.type) {
    case 'text-start':
    case 'reasoning-start': {
      const type = chunk.type === 'text-start' ? 'text' : 'reasoning';
      parts.push({ type, text: '', state: 'streaming', providerMetadata: chunk.providerMetadata });
      return;
    }
    case 'text-delta':
    case 'reasoning-delta':
      if (last) last.text = (last.text ?? '') + chunk.delta;
      return;
    case 'text-end':
    case 'reasoning-end':
      if (last) last.state = 'done';
      return;
    case 'file':
      parts.push({ type: 'file', url: chunk.url, mediaType: chunk.mediaType });
      return;
    default:
      if ('data' in chunk)
        parts.push({ type: chunk.type, data: chunk.data, ...(chunk.id !== undefined && { id: chunk.id }) });
      else foldTool(parts, last, chunk);
  }
}

function foldTool(parts: UIPart[], part: UIPart | undefined, chunk: Chunk7): void {
  if (chunk.type === 'tool-input-start') {
    const { toolCallId, toolName, title } = chunk;
    const named = { toolCallId, toolName, ...(title !== undefined && { title }) };
    parts.push({ type: 'dynamic-tool', ...named, state: 'input-streaming', providerExecuted: true });
    return;
  }
  if (!part) return;
  switch (chunk.type) {
    case 'tool-input-available':
      Object.assign(part, { state: 'input-available', input: chunk.input });
      return;
    case 'tool-approval-request':
      Object.assign(part, { state: 'approval-requested', approval: { id: chunk.approvalId } });
      return;
    case 'tool-approval-response': {
      const { approvalId, approved, reason } = chunk;
      const approval = { id: approvalId, approved, ...(reason !== undefined && { reason }) };
      Object.assign(part, { state: 'approval-responded', approval });
      return;
    }
    case 'tool-output-available':
      Object.assign(part, { state: 'output-available', output: chunk.output });
      if (chunk.preliminary) part.preliminary = true;
      else delete part.preliminary;
      return;
    case 'tool-output-error':
      Object.assign(part, { state: 'output-error', errorText: chunk.errorText });
      part.resultProviderMetadata = chunk.providerMetadata;
      return;
    case 'tool-output-denied':
      part.state = 'output-denied';
      return;
    default:
  }
}
