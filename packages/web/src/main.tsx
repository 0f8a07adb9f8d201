/** Starts the page. */
import './styles.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { LivePage } from './page/live-page.ts';

const page = new LivePage(location.origin);
page.start();

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App page={page} />
    </StrictMode>,
  );
