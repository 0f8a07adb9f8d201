/** One room: what is wrong with the connection, the log, who is writing, and the composer. */
import { LogSpeaker } from '../a11y/LogSpeaker.tsx';
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
      <LogSpeaker />
      <div className="ap-desk">
        <Typing />
        <Field autoFocus={autoFocus} />
      </div>
    </>
  );
}
