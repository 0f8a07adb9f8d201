/** One room: what is wrong with the connection, the log, who is writing, and the composer. */
import { type ComponentType, useEffect, useState } from 'react';
import { useComponents } from '../components.ts';
import { Composer, type ComposerProps } from '../composer/Composer.tsx';
import { TypingLine } from '../composer/TypingLine.tsx';
import { ConnectionBanner, type ConnectionBannerProps } from '../connection/Banner.tsx';
import { MessageList } from '../log/MessageList.tsx';

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
      <Speaker />
      <div className="ap-desk">
        <Typing />
        <Field autoFocus={autoFocus} />
      </div>
    </>
  );
}

/** Speaks of the log once its code has come. It shows nothing, so neither a page nor a server that renders one waits for it. */
function Speaker() {
  const [LogSpeaker, setLogSpeaker] = useState<ComponentType>();
  useEffect(() => {
    // Without it, for want of a network, there is nothing to speak of.
    import('../a11y/LogSpeaker.tsx').then(
      ({ LogSpeaker: speaker }) => setLogSpeaker(() => speaker),
      () => undefined,
    );
  }, []);
  return LogSpeaker && <LogSpeaker />;
}
