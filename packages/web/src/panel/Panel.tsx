/** The right side of a room: who is at work right now, and who is here. */
import { X } from 'lucide-react';
import { IconButton, type MemberView, useReadable, useRoomView } from '@antiphon/react/ui/kit';
import { MemberRow } from './MemberRow.tsx';
import './panel.css';
import { WorkRow } from './WorkRow.tsx';

interface PanelProps {
  readonly onClose: () => void;
  readonly onOpen: (roomId: string) => void;
  readonly onJump: (messageKey: string) => void;
}

export function Panel({ onClose, onOpen, onJump }: PanelProps) {
  const room = useRoomView();
  const work = useReadable(room.work);
  const members = useReadable(room.members);
  return (
    <aside className="panel" aria-label="In this room" tabIndex={-1}>
      <IconButton className="panel-close" label="Close" onClick={onClose}>
        <X aria-hidden="true" />
      </IconButton>
      {work.length > 0 && (
        <section aria-labelledby="panel-work">
          <h2 id="panel-work">Working now</h2>
          <ul>
            {work.map((entry) => (
              <WorkRow key={entry.key} work={entry} onJump={onJump} />
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="panel-members">
        <h2 id="panel-members">In the room</h2>
        <ul>
          {[...members].sort(byPresence).map((member) => (
            <MemberRow key={member.user.id} member={member} onOpen={onOpen} />
          ))}
        </ul>
      </section>
    </aside>
  );
}

const ORDER = { active: 0, away: 1, offline: 2 };

function byPresence(a: MemberView, b: MemberView): number {
  return ORDER[a.presence] - ORDER[b.presence] || a.user.name.localeCompare(b.user.name);
}
