/** No room is open: none exists yet, or they are still being listed. */
import { Menu } from 'lucide-react';
import { ConnectionBanner, IconButton, LogSkeleton } from '@antiphon/react/ui/kit';
import type { ReactNode } from 'react';
import { usePage } from '../page/page.ts';
import type { Side } from './Shell.tsx';

interface NoRoomProps {
  readonly onSide: (side: Side) => void;
  /** What can be done about it, once that is known. */
  readonly children: ReactNode;
}

export function NoRoom({ onSide, children }: NoRoomProps) {
  const page = usePage();
  return (
    <main className="ap-room">
      <header className="ap-header room-header only-phone">
        <IconButton label="Rooms" onClick={() => onSide('nav')}>
          <Menu aria-hidden="true" />
        </IconButton>
      </header>
      <h1 className="ap-unseen">Antiphon</h1>
      <ConnectionBanner onSignIn={() => void page.signOut()} />
      {children ?? <LogSkeleton />}
    </main>
  );
}
