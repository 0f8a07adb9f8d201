/** What a page tells about itself and its device: five ways to wake up, one to fall asleep. */
import { ignore, surroundings } from '../environment.ts';
import type { Happening } from './machine.ts';

const HEARD = ['online', 'offline', 'focus', 'pagehide', 'pageshow', 'visibilitychange', 'resume'];

/** Listens to the page, where there is one; returns how to stop. */
export function watchPage(tell: (event: Happening) => void): () => void {
  const { document, window } = surroundings;
  if (!document || !window) return ignore;
  const stop = new AbortController();
  const look = () => tell({ type: 'visibility', hidden: document.hidden });
  const hear = ({ type, persisted = true }: Event & { persisted?: boolean }) => {
    if (type === 'visibilitychange') look();
    if (type === 'online' || type === 'offline') tell({ type });
    // A page that goes into the back/forward cache has to let go of its line, and comes back without other notice.
    else if (persisted && type === 'pagehide') tell({ type: 'suspend' });
    else if (persisted && !(type === 'visibilitychange' && document.hidden)) tell({ type: 'wake' });
  };
  for (const name of HEARD) {
    // The one event that does not rise from the document to the window.
    const target = name === 'resume' ? document : window;
    target.addEventListener(name, hear, { signal: stop.signal });
  }
  look();
  return () => stop.abort();
}
