/** The right side of a room: who is at work right now, and who is here. */
import { X } from 'lucide-react';
import { IconButton, type MemberView, useReadable, useRoomView, useSelected } from '@antiphon/react/ui/kit';
import type { Sheet } from '../app/Shell.tsx';
import { usePage } from '../page/page.ts';
import { MemberRow } from './MemberRow.tsx';
import './panel.css';
import { WorkRow } from './WorkRow.tsx';

interface PanelProps {
  readonly onClose: () => void;
  readonly onOpen: (roomId: string) => void;
  readonly onJump: (messageKey: string) => void;
  readonly onSheet: (sheet: Sheet) => void;
}

export function Panel({ onClose, onOpen, onJump, onSheet }: PanelProps) {
  const room = useRoomView();
  const work = useReadable(room.work);
  const members = useReadable(room.members);
  const place = useSelected(usePage().places.mine, (places) => places.get(room.id));
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
            <MemberRow key={member.user.id} member={member} place={place} onOpen={onOpen} />
          ))}
        </ul>
        {place?.kind === 'group' && (
          <button type="button" className="ap-link-button member-add" onClick={() => onSheet('people')}>
            Add people
          </button>
        )}
      </section>
    </aside>
  );
}

const ORDER = { active: 0, away: 1, offline: 2 };

function byPresence(a: MemberView, b: MemberView): number {
  return ORDER[a.presence] - ORDER[b.presence] || a.user.name.localeCompare(b.user.name);
}
