/** The open room: its header, and the conversation. */
import {
  type ChatComponentMap,
  ComponentsContext,
  Conversation as Parts,
  type Jump,
  RoomScope,
  type RoomView,
  type Target,
} from '@antiphon/react/ui/kit';
import { usePage } from '../page/page.ts';
import { EmptyRoom } from './EmptyRoom.tsx';
import { RoomHeader } from './RoomHeader.tsx';
import type { Sheet, Side } from './Shell.tsx';

const PARTS: ChatComponentMap = { EmptyRoom };

interface ConversationProps {
  readonly room: RoomView;
  readonly target: Target | null;
  readonly onJump: Jump;
  readonly onSide: (side: Side) => void;
  readonly onSheet: (sheet: Sheet) => void;
}

export function Conversation({ room, target, onJump, onSide, onSheet }: ConversationProps) {
  const page = usePage();
  return (
    <RoomScope room={room} jump={{ target, to: onJump }}>
      <main className="ap-room">
        <RoomHeader onSide={onSide} onSheet={onSheet} />
        <ComponentsContext value={PARTS}>
          <Parts autoFocus onSignIn={() => void page.signOut()} />
        </ComponentsContext>
      </main>
    </RoomScope>
  );
}
