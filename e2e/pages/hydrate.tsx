/** Takes over a page that was rendered on a server: `#token=…`, and what it was rendered from in `#initial`. */
import { createChatClient } from '@antiphon/client';
import type { InitialState } from '@antiphon/react';
import '@antiphon/react/ui/styles.css';
import { StrictMode } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { Everything } from './everything.tsx';

const initialState = JSON.parse(document.getElementById('initial')?.textContent ?? '{}') as InitialState;
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
const chat = createChatClient({ url: location.origin, auth: token });

/** A client may be connected before a part of the page is taken over: what was rendered must fit all the same. */
await chat.connect('general');

const root = document.getElementById('root');
if (root)
  hydrateRoot(
    root,
    <StrictMode>
      <Everything chat={chat} initialState={initialState} />
    </StrictMode>,
  );
