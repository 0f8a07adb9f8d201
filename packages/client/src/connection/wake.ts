/** What a page tells about itself and its device: five ways to wake up, one to fall asleep. */
import type { Happening } from './machine.ts';

type Tell = (event: Happening) => void;

/** Listens to the page, where there is one; returns how to stop. */
export function watchPage(tell: Tell): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => undefined;
  const stop = new AbortController();
  const { signal } = stop;
  const wake = () => tell({ type: 'wake' });
  const visibility = () => {
    tell({ type: 'visibility', hidden: document.hidden });
    if (!document.hidden) wake();
  };
  window.addEventListener('online', () => tell({ type: 'online' }), { signal });
  window.addEventListener('offline', () => tell({ type: 'offline' }), { signal });
  window.addEventListener('focus', wake, { signal });
  document.addEventListener('visibilitychange', visibility, { signal });
  document.addEventListener('resume', wake, { signal });
  // A page that goes into the back/forward cache has to let go of its socket, and comes back without other notice.
  window.addEventListener('pagehide', (event) => event.persisted && tell({ type: 'suspend' }), { signal });
  window.addEventListener('pageshow', (event) => event.persisted && wake(), { signal });
  tell({ type: 'visibility', hidden: document.hidden });
  return () => stop.abort();
}
