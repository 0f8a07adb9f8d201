/** Somebody else's page with a chat window in it, later two: `#room=…&beside=…&token=…`. It counts how often rows render. */
import { createChatClient } from '@antiphon/client';
import { ChatProvider } from '@antiphon/react';
import { ChatWindow, Message, type MessageProps } from '@antiphon/react/ui';
import '@antiphon/react/ui/styles.css';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const asked = new URLSearchParams(location.hash.slice(1));
const chat = createChatClient({ url: location.origin, auth: asked.get('token') ?? '' });

/** What tests read. */
const counts = { flushes: 0, rows: {} as Record<string, number> };
let tick = 0;
chat.subscribe(
  () => (tick += 1),
  () => (counts.flushes += 1),
);
Object.assign(window, { chat, counts });

function Counted(props: MessageProps) {
  const { key } = props.message;
  counts.rows[key] = (counts.rows[key] ?? 0) + 1;
  return <Message {...props} />;
}

const components = { Message: Counted };

function Page() {
  const [open, setOpen] = useState(true);
  const [two, setTwo] = useState(false);
  return (
    <main>
      <h1>Somebody else</h1>
      <button onClick={() => setTwo(true)}>One more</button>
      <button onClick={() => setOpen(false)}>Close the chat</button>
      <div style={{ height: 600, maxWidth: 800 }}>
        {open && (
          <ChatProvider client={chat}>
            <ChatWindow room={asked.get('room') ?? 'general'} components={components} />
            {two && <ChatWindow room={asked.get('beside') ?? 'general'} components={components} />}
          </ChatProvider>
        )}
      </div>
    </main>
  );
}

createRoot(document.getElementById('root') ?? document.body).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
