/** An outage in words, under the header: what is going on, what waits, what to do. Short outages stay unmentioned. */
import { useEffect, useState } from 'react';
import { useNow } from '../ui/now.ts';
import { useChat, useReadable } from '../view/hooks.ts';
import type { ConnectionView } from '../view/model.ts';
import './connection.css';
import { backWords, outageWords } from './words.ts';

const QUIET_MS = { connecting: 1200, reconnecting: 1500, offline: 0, failed: 0 } as const;
const BACK_MS = 2500;

export function ConnectionBanner() {
  const connection = useReadable(useChat().connection);
  // An outage is one story: its clock runs on through the attempts in it.
  const [story, setStory] = useState({
    state: connection.state,
    down: isDown(connection),
    since: connection.since,
    told: false,
  });
  if (story.state !== connection.state) {
    const down = isDown(connection);
    setStory({
      ...story,
      state: connection.state,
      down,
      ...(down && !story.down ? { since: connection.since } : {}),
    });
  }
  if (connection.state === 'idle') return null;
  return isDown(connection) ? (
    <Outage
      connection={connection}
      since={story.since}
      onTold={() => setStory((before) => ({ ...before, told: true }))}
    />
  ) : (
    story.told && (
      <Back connection={connection} onDone={() => setStory((before) => ({ ...before, told: false }))} />
    )
  );
}

function isDown({ state }: ConnectionView): boolean {
  return state !== 'connected' && state !== 'idle';
}

function Outage({
  connection,
  since,
  onTold,
}: {
  connection: ConnectionView;
  since: number;
  onTold: () => void;
}) {
  const chat = useChat();
  const now = useNow();
  const { state } = connection;
  const quiet = state === 'connected' || state === 'idle' ? 0 : QUIET_MS[state];
  const shown = now - since >= quiet;
  useEffect(() => {
    if (shown) onTold();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- told once, when it appears
  }, [shown]);
  if (!shown) return null;
  const failed = state === 'failed';
  return (
    <div className="banner" data-look={failed ? 'brick' : 'saffron'} role="group" aria-label="Connection">
      <p>{outageWords(connection, now)}</p>
      {state === 'reconnecting' && (
        <button type="button" className="link-button" onClick={() => chat.retryNow()}>
          Retry now
        </button>
      )}
      {failed && (
        <button
          type="button"
          className="link-button"
          onClick={() =>
            connection.error?.code === 'unauthorized' ? void chat.signOut() : location.reload()
          }
        >
          {connection.error?.code === 'unauthorized' ? 'Sign in' : 'Reload'}
        </button>
      )}
    </div>
  );
}

function Back({ connection, onDone }: { connection: ConnectionView; onDone: () => void }) {
  useEffect(() => {
    const timer = setTimeout(onDone, BACK_MS);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- one timer from its appearance on
  }, []);
  return (
    <div className="banner" data-look="moss">
      <p>{backWords(connection)}</p>
    </div>
  );
}
