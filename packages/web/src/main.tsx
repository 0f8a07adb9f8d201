/** Starts the page. */
import './styles.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { DemoChat } from './demo/demo-chat.ts';

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App chat={new DemoChat()} />
    </StrictMode>,
  );
