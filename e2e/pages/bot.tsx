/** Somebody else's page in which one talks with a bot: `#bot=…&token=…`, and `auto=no` to begin by a button. */
import { type BotStatusUpdate, useBotChat } from '@antiphon/react/bot';
import { BotChat } from '@antiphon/react/ui';
import '@antiphon/react/ui/styles.css';
import { textOf } from '@antiphon/client';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const asked = new URLSearchParams(location.hash.slice(1));
const who = { botId: asked.get('bot') ?? 'demo', token: asked.get('token') ?? '', userId: 'whoever' };

/** What tests read. */
const updates: BotStatusUpdate[] = [];
const heard: string[] = [];
Object.assign(window, { updates, heard });

const listeners = {
  onStatusUpdate: (update: BotStatusUpdate) => void updates.push(update),
  onMessage: (message: Parameters<typeof textOf>[0]) => void heard.push(textOf(message)),
};

/** The hook alone, with a button for each verb. */
function Verbs() {
  const chat = useBotChat({ ...who, ...listeners, autoConnect: false });
  const [said, setSaid] = useState('');
  const tell = (deed: Promise<unknown>) =>
    deed.then(
      () => setSaid('done'),
      (cause: unknown) => setSaid(String(cause)),
    );
  return (
    <main>
      <p>{chat.isConnected ? 'connected' : 'not connected'}</p>
      <p>{chat.botStatus}</p>
      <button onClick={() => void tell(chat.joinBot())}>Join</button>
      <button onClick={() => void tell(chat.sendMessage('hello'))}>Send</button>
      <button onClick={() => void tell(chat.startBot())}>Start</button>
      <button onClick={() => void tell(chat.stopBot())}>Stop</button>
      <output>{said}</output>
      <ul>
        {chat.messages.map((message) => (
          <li key={message.key}>{textOf(message)}</li>
        ))}
      </ul>
    </main>
  );
}

createRoot(document.getElementById('root') ?? document.body).render(
  <StrictMode>
    {asked.get('auto') === 'no' ? (
      <Verbs />
    ) : (
      <main style={{ height: 600, maxWidth: 560 }}>
        <h1>Somebody else</h1>
        <BotChat {...who} {...listeners} />
      </main>
    )}
  </StrictMode>,
);
