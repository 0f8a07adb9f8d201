/** Everything that the parts of one room share, and no element of its own. */
import { type ReactNode, useState } from 'react';
import { DraftingScope } from '../composer/DraftingScope.tsx';
import { type Jump, JumpContext, type Target, TargetContext } from '../log/jump.ts';
import { PipelineScope } from '../markdown/PipelineScope.tsx';
import type { RoomView } from '../view/chat.ts';
import { RoomViewContext } from '../view/hooks.ts';

interface RoomScopeProps {
  readonly room: RoomView;
  /** Where jumps come from outside of the room as well, they are kept there. */
  readonly jump?: { readonly target: Target | null; readonly to: Jump } | undefined;
  readonly children: ReactNode;
}

/** Mount it anew for another room. */
export function RoomScope({ room, jump, children }: RoomScopeProps) {
  const [target, setTarget] = useState<Target | null>(null);
  const [jumpTo] = useState(() => (key: string) => setTarget({ key, nonce: Date.now() }));
  return (
    <RoomViewContext.Provider value={room}>
      <JumpContext.Provider value={jump?.to ?? jumpTo}>
        <TargetContext.Provider value={jump ? jump.target : target}>
          <PipelineScope>
            <DraftingScope>{children}</DraftingScope>
          </PipelineScope>
        </TargetContext.Provider>
      </JumpContext.Provider>
    </RoomViewContext.Provider>
  );
}
