/** One room: what is wrong with the connection, the log, who is writing, and the composer. */
import { lazy, Suspense } from 'react';
import { useComponents } from '../components.ts';
import { Composer, type ComposerProps } from '../composer/Composer.tsx';
import { TypingLine } from '../composer/TypingLine.tsx';
import { ConnectionBanner, type ConnectionBannerProps } from '../connection/Banner.tsx';
import { MessageList } from '../log/MessageList.tsx';

// It shows nothing: the page need not wait for it.
const LogSpeaker = lazy(() =>
  import('../a11y/LogSpeaker.tsx').then(({ LogSpeaker: speaker }) => ({ default: speaker })),
);

type ConversationProps = Pick<ConnectionBannerProps, 'onSignIn'> & Pick<ComposerProps, 'autoFocus'>;

export function Conversation({ onSignIn, autoFocus }: ConversationProps) {
  const parts = useComponents();
  const Banner = parts.ConnectionBanner ?? ConnectionBanner;
  const List = parts.MessageList ?? MessageList;
  const Typing = parts.TypingLine ?? TypingLine;
  const Field = parts.Composer ?? Composer;
  return (
    <>
      <Banner onSignIn={onSignIn} />
      <List />
      <Suspense>
        <LogSpeaker />
      </Suspense>
      <div className="ap-desk">
        <Typing />
        <Field autoFocus={autoFocus} />
      </div>
    </>
  );
}
