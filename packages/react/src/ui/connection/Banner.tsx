/** An outage in words, under the header: what is going on, what waits, what to do. Short outages stay unmentioned. */
import { useEffect, useState } from 'react';
import { useAnnounce } from '../a11y/announce.ts';
import { cx } from '../controls/cx.ts';
import { useNow } from '../clock/now.ts';
import { useChatView, useReadable } from '../view/hooks.ts';
import type { ConnectionView } from '../view/model.ts';
import { backWords, outageWords, spokenOutage } from './words.ts';

const QUIET_MS = { connecting: 1200, reconnecting: 1500, offline: 0, failed: 0 } as const;
const BACK_MS = 2500;

export interface ConnectionBannerProps {
  /** Somebody whose session has ended wants to come in again; without it they are told to load the page again. */
  readonly onSignIn?: (() => void) | undefined;
  readonly className?: string | undefined;
}

export function ConnectionBanner({ onSignIn, className }: ConnectionBannerProps) {
  const connection = useReadable(useChatView().connection);
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
      onSignIn={onSignIn}
      className={className}
    />
  ) : (
    story.told && (
      <Back
        className={className}
        connection={connection}
        onDone={() => setStory((before) => ({ ...before, told: false }))}
      />
    )
  );
}

function isDown({ state }: ConnectionView): boolean {
  return state !== 'connected' && state !== 'idle';
}

interface OutageProps extends ConnectionBannerProps {
  readonly connection: ConnectionView;
  readonly since: number;
  readonly onTold: () => void;
}

function Outage({ connection, since, onTold, onSignIn, className }: OutageProps) {
  const chat = useChatView();
  const now = useNow();
  const { state } = connection;
  const quiet = state === 'connected' || state === 'idle' ? 0 : QUIET_MS[state];
  const shown = now - since >= quiet;
  const announce = useAnnounce();
  const failed = state === 'failed';
  useEffect(() => {
    if (!shown) return;
    onTold();
    announce(spokenOutage(connection), failed ? 'assertive' : 'polite');
    // eslint-disable-next-line react-hooks/exhaustive-deps -- told once, when it appears or has become final
  }, [shown, failed]);
  if (!shown) return null;
  const signIn = connection.error?.code === 'unauthorized' ? onSignIn : undefined;
  return (
    <div
      className={cx('ap-banner', className)}
      data-state={state}
      data-look={failed ? 'brick' : 'saffron'}
      role="group"
      aria-label="Connection"
    >
      <p>{outageWords(connection, now)}</p>
      {state === 'reconnecting' && (
        <button type="button" className="ap-link-button" onClick={() => chat.retryNow()}>
          Retry now
        </button>
      )}
      {failed && (
        <button type="button" className="ap-link-button" onClick={signIn ?? (() => location.reload())}>
          {signIn ? 'Sign in' : 'Reload'}
        </button>
      )}
    </div>
  );
}

interface BackProps extends Pick<ConnectionBannerProps, 'className'> {
  readonly connection: ConnectionView;
  readonly onDone: () => void;
}

function Back({ connection, onDone, className }: BackProps) {
  const announce = useAnnounce();
  useEffect(() => {
    announce('The connection is back.');
    const timer = setTimeout(onDone, BACK_MS);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- one timer from its appearance on
  }, []);
  return (
    <div className={cx('ap-banner', className)} data-state="back" data-look="moss">
      <p>{backWords(connection)}</p>
    </div>
  );
}
