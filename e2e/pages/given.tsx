/** Somebody else's page that holds the conversation itself and gives it to `BotChat` to show: `#token=…`. */
import { createChatClient } from '@antiphon/client';
import { ChatProvider, useChat } from '@antiphon/react';
import { BotChat } from '@antiphon/react/ui';
import '@antiphon/react/ui/styles.css';
import { createRoot } from 'react-dom/client';

const asked = new URLSearchParams(location.hash.slice(1));
const chat = createChatClient({ url: location.origin, auth: asked.get('token') ?? '' });

function Room({ id }: { id: string }) {
  const { messages, sendMessage, status, stop } = useChat(id);
  return (
    <BotChat
      name="Demo"
      suggestions={SUGGESTIONS}
      messages={messages}
      status={status}
      onSend={(text) => sendMessage(`@demo ${text}`)}
      onStop={stop}
    />
  );
}

const SUGGESTIONS = ['story'];

createRoot(document.getElementById('root') ?? document.body).render(
  <ChatProvider client={chat}>
    <main style={{ height: 600, maxWidth: 560 }}>
      <h1>Somebody else</h1>
      <Room id="general" />
    </main>
  </ChatProvider>,
);
