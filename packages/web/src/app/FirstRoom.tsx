/** There is no room yet: how one comes to the first. */
import { Button, Nothing } from '@antiphon/react/ui/kit';
import { Invitation } from './Invitation.tsx';
import type { Sheet } from './Shell.tsx';

export function FirstRoom({ onSheet }: { onSheet: (sheet: Sheet) => void }) {
  return (
    <Nothing title="No rooms yet" words="Make a room, or paste an invitation.">
      <Button className="first-verb" look="filled" onClick={() => onSheet('new-room')}>
        Make a room
      </Button>
      <Invitation />
    </Nothing>
  );
}
