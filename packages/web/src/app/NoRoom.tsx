/** No room is open: none exists yet, or they are still being listed. */
import { Menu } from 'lucide-react';
import { Button, ConnectionBanner, IconButton, LogSkeleton, Nothing } from '@antiphon/react/ui/kit';
import { usePage } from '../page/page.ts';
import { Invitation } from './Invitation.tsx';
import type { Sheet, Side } from './Shell.tsx';

interface NoRoomProps {
  readonly loading: boolean;
  readonly onSide: (side: Side) => void;
  readonly onSheet: (sheet: Sheet) => void;
}

export function NoRoom({ loading, onSide, onSheet }: NoRoomProps) {
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
      {loading ? (
        <LogSkeleton />
      ) : (
        <Nothing title="No rooms yet" words="Make a room, or paste an invitation.">
          <Button className="first-verb" look="filled" onClick={() => onSheet('new-room')}>
            Make a room
          </Button>
          <Invitation />
        </Nothing>
      )}
    </main>
  );
}
