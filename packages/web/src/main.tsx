/** Starts the page. */
import './styles.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { LiveChat } from './live/live-chat.ts';

const chat = new LiveChat(location.origin);
chat.start();

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App chat={chat} />
    </StrictMode>,
  );
