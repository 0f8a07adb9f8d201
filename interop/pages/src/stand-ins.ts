// What the guide to embedding leaves to the reader: who signs people in, and the components that show a conversation.

/** Signs nobody in: the token is there already. */
export const account = (token: string): string => `export const token = () => Promise.resolve('${token}');`;

/** A conversation over what `useChat` of the AI SDK gives. */
export const conversation = `
import { useState } from 'react';

const words = (parts) => parts.filter(({ type }) => type === 'text').map(({ text }) => text).join('');
const asks = (parts) => parts.filter(({ state }) => state === 'approval-requested');

export function Conversation({ messages, sendMessage, stop, status, error, addToolApprovalResponse }) {
  const [text, setText] = useState('');
  return (
    <main>
      <p role="status">{status}</p>
      {error && <p role="alert">{error.message}</p>}
      {messages.map(({ id, role, parts }) => (
        <article key={id} data-role={role}>
          <p>{words(parts)}</p>
          {asks(parts).map(({ approval }) => (
            <button
              key={approval.id}
              onClick={() => void addToolApprovalResponse({ id: approval.id, approved: true })}
              children="Allow"
            />
          ))}
        </article>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void sendMessage({ text });
          setText('');
        }}
      >
        <input aria-label="Message" value={text} onChange={(event) => setText(event.target.value)} />
      </form>
      <button onClick={() => void stop()}>Stop</button>
    </main>
  );
}`;

/** A thread of the primitives of assistant-ui. */
export const thread = `
import { ComposerPrimitive, MessagePrimitive, ThreadListItemPrimitive, ThreadListPrimitive, ThreadPrimitive } from '@assistant-ui/react';

const Text = ({ text }) => <p>{text}</p>;
const Tool = ({ approval, respondToApproval }) =>
  approval && approval.approved === undefined ? (
    <button onClick={() => respondToApproval({ approved: true })}>Allow</button>
  ) : null;
const PARTS = { Text, tools: { Override: Tool } };
const User = () => (
  <MessagePrimitive.Root><article data-role="user"><MessagePrimitive.Parts components={PARTS} /></article></MessagePrimitive.Root>
);
const Assistant = () => (
  <MessagePrimitive.Root><article data-role="assistant"><MessagePrimitive.Parts components={PARTS} /></article></MessagePrimitive.Root>
);
const Item = () => (
  <ThreadListItemPrimitive.Root><ThreadListItemPrimitive.Trigger><ThreadListItemPrimitive.Title /></ThreadListItemPrimitive.Trigger></ThreadListItemPrimitive.Root>
);

export function Thread() {
  return (
    <>
      <nav><ThreadListPrimitive.Items components={{ ThreadListItem: Item }} /></nav>
      <ThreadPrimitive.Root>
        <ThreadPrimitive.Messages components={{ UserMessage: User, AssistantMessage: Assistant }} />
        <ComposerPrimitive.Root>
          <ComposerPrimitive.Input aria-label="Message" />
          <ComposerPrimitive.Cancel>Stop</ComposerPrimitive.Cancel>
        </ComposerPrimitive.Root>
      </ThreadPrimitive.Root>
    </>
  );
}`;
