/** One line of the navigation: a sign, a name, and what is new there. */
import type { ReactNode } from 'react';
import { Avatar, type UserView, count } from '@antiphon/react/ui/kit';

interface NavRowProps {
  readonly sign: ReactNode | { readonly user: UserView };
  readonly name: string;
  readonly current: boolean;
  readonly unread: number;
  readonly mentioned?: boolean;
  /** What goes on there, at the right. */
  readonly aside?: ReactNode;
  readonly onOpen: () => void;
}

/** A number larger than this says no more than "many". */
const MANY = 99;

export function NavRow({ sign, name, current, unread, mentioned, aside, onOpen }: NavRowProps) {
  return (
    <li>
      <button
        type="button"
        className="nav-row"
        aria-current={current ? 'page' : undefined}
        data-unread={unread > 0 || undefined}
        onClick={onOpen}
      >
        <span className="nav-sign">{isUser(sign) ? <Avatar user={sign.user} size={20} /> : sign}</span>
        <span className="nav-name">{name}</span>
        {aside}
        {unread > 0 && (
          <span className="nav-count ap-tabular" data-mentioned={mentioned || undefined}>
            {unread > MANY ? `${MANY}+` : unread}
            <span className="ap-unseen"> {count(unread, 'unread message').replace(/^\S+ /u, '')}</span>
          </span>
        )}
      </button>
    </li>
  );
}

function isUser(sign: NavRowProps['sign']): sign is { readonly user: UserView } {
  return typeof sign === 'object' && sign !== null && 'user' in sign;
}
