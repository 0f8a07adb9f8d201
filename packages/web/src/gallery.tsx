/** Every state of the page from fixtures: `/gallery.html?scene=<name>`. No part of what the server carries. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { openRoom } from './app/route.ts';
import { DemoChat } from './demo/demo-chat.ts';
import { connectionScenes } from './demo/scenes-connection.ts';
import { emptyScenes } from './demo/scenes-empty.ts';
import { roomScenes } from './demo/scenes-room.ts';
import './styles.ts';

const now = Date.now();
const chat = new DemoChat();
// For those who measure scrolling and streaming.
Object.assign(window, { chat });

const scene = new URLSearchParams(location.search).get('scene') ?? 'room';
openRoom('release-42', { replace: true });
const scenes = { ...roomScenes(chat, now), ...connectionScenes(chat, now), ...emptyScenes(chat, now) };
scenes[scene]?.();

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App page={chat} />
    </StrictMode>,
  );
