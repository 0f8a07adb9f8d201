/** The room's name and topic, how the connection is, and who is here. */
import type { ReactNode } from 'react';
import { useComponents } from '../components.ts';
import { ConnectionPill } from '../connection/Pill.tsx';
import { cx } from '../controls/cx.ts';
import { PresenceStack } from '../PresenceStack.tsx';
import { useReadable, useRoomView } from '../view/hooks.ts';

export interface HeaderProps {
  readonly className?: string | undefined;
  /** How deep the room's name stands among the headings of the page. */
  readonly heading?: 'h1' | 'h2';
  /** Before the name, for instance a way back. */
  readonly before?: ReactNode;
  /** Instead of the name. */
  readonly name?: ReactNode;
  /** After the connection; who is here, if it is left out. */
  readonly after?: ReactNode;
}

export function Header({ className, heading: Name = 'h2', before, name, after }: HeaderProps) {
  const info = useReadable(useRoomView().info);
  const { PresenceStack: Here = PresenceStack } = useComponents();
  return (
    <header className={cx('ap-header', className)} data-state={info.state}>
      {before}
      <div className="ap-title">
        <Name>{name || info.name}</Name>
        {info.topic && <p title={info.topic}>{info.topic}</p>}
      </div>
      <ConnectionPill />
      {after === undefined ? <Here /> : after}
    </header>
  );
}
