/** What a page tells about itself and its device: five ways to wake up, one to fall asleep. */
import type { Happening } from './machine.ts';

type Tell = (event: Happening) => void;

/** Listens to the page, where there is one; returns how to stop. */
export function watchPage(tell: Tell): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => undefined;
  const stop = new AbortController();
  const on = (target: EventTarget, name: string, listener: (event: Event) => unknown) =>
    target.addEventListener(name, listener, { signal: stop.signal });
  const persisted = (event: Event) => (event as PageTransitionEvent).persisted;
  const wake = () => tell({ type: 'wake' });
  on(window, 'online', () => tell({ type: 'online' }));
  on(window, 'offline', () => tell({ type: 'offline' }));
  on(window, 'focus', wake);
  on(document, 'visibilitychange', () => {
    tell({ type: 'visibility', hidden: document.hidden });
    if (!document.hidden) wake();
  });
  on(document, 'resume', wake);
  // A page that goes into the back/forward cache has to let go of its socket, and comes back without other notice.
  on(window, 'pagehide', (event) => persisted(event) && tell({ type: 'suspend' }));
  on(window, 'pageshow', (event) => persisted(event) && wake());
  tell({ type: 'visibility', hidden: document.hidden });
  return () => stop.abort();
}
