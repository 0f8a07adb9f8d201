/** The page's two live regions: a polite one that waits its turn, and one for what cannot wait. */
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { AnnounceContext, merge, POLITE_EVERY_MS, type Announce } from './announce.ts';

export function Announcer({ children }: { children: ReactNode }) {
  const [polite, setPolite] = useState('');
  const [assertive, setAssertive] = useState('');
  const waiting = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const announce = useCallback<Announce>((sentence, urgency = 'polite') => {
    if (urgency === 'assertive') {
      setAssertive(sentence);
      return;
    }
    waiting.current.push(sentence);
    const speak = (): void => {
      timer.current = undefined;
      if (waiting.current.length === 0) return;
      setPolite(merge(waiting.current));
      waiting.current = [];
      timer.current = setTimeout(speak, POLITE_EVERY_MS);
    };
    if (timer.current === undefined) speak();
  }, []);

  return (
    <AnnounceContext.Provider value={announce}>
      {children}
      <div className="ap-unseen" role="status" aria-live="polite">
        {polite}
      </div>
      <div className="ap-unseen" role="alert">
        {assertive}
      </div>
    </AnnounceContext.Provider>
  );
}
