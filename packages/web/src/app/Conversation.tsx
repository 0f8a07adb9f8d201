/** One room: its header, the log, who is writing, and the composer. */
import { useMemo, useState } from 'react';
import {
  Composer,
  ConnectionBanner,
  type Drafting,
  DraftingContext,
  type DraftingControl,
  JumpContext,
  LogSpeaker,
  MessageList,
  PipelineContext,
  TypingLine,
  pipelineFor,
  useChatView,
  useReadable,
  useRoomView,
  useSelected,
} from '@antiphon/react/ui/kit';
import { usePage } from '../page/page.ts';
import { RoomHeader } from './RoomHeader.tsx';
import type { Sheet, Side } from './Shell.tsx';

interface ConversationProps {
  readonly jump: { readonly key: string; readonly nonce: number } | null;
  readonly onJump: (key: string) => void;
  readonly onSide: (side: Side) => void;
  readonly onSheet: (sheet: Sheet) => void;
}

const WRITE_NEW: Drafting = { mode: 'new' };

export function Conversation({ jump, onJump, onSide, onSheet }: ConversationProps) {
  const page = usePage();
  const [drafting, setDrafting] = useState<Drafting>(WRITE_NEW);
  const control = useMemo<DraftingControl>(
    () => ({
      replyTo: (message) => setDrafting({ mode: 'reply', message }),
      edit: (message) => setDrafting({ mode: 'edit', message }),
      reset: () => setDrafting(WRITE_NEW),
    }),
    [],
  );
  return (
    <DraftingContext value={control}>
      <JumpContext value={onJump}>
        <main className="conversation">
          <RoomHeader onSide={onSide} onSheet={onSheet} />
          <ConnectionBanner onSignIn={() => void page.signOut()} />
          <PipelineContext value={usePipelineOfRoom()}>
            <MessageList target={jump} />
          </PipelineContext>
          <LogSpeaker />
          <div className="ap-desk">
            <TypingLine />
            <Composer drafting={drafting} control={control} blocked={useBlocked()} />
          </div>
        </main>
      </JumpContext>
    </DraftingContext>
  );
}

/** Names that can be called here; the pipeline changes only when the names do, not with every arrival. */
function usePipelineOfRoom() {
  const names = useSelected(useRoomView().members, (members) =>
    members.map((member) => member.user.name).join('\n'),
  );
  return useMemo(() => pipelineFor(names.split('\n').filter(Boolean)), [names]);
}

/** Only an ended session keeps one from sending; everything else waits in the outbox. */
function useBlocked(): string | undefined {
  const chat = useChatView();
  const me = useReadable(chat.me);
  const failed = useSelected(chat.connection, (connection) => connection.state === 'failed');
  return failed && me ? 'Not connected. Your text is kept here.' : undefined;
}
