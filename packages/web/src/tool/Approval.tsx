/** A question that an agent must not answer itself: what exactly, until when, and two plain verbs. */
import { useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { useNow } from '../ui/now.ts';
import { countdown } from '../ui/time.ts';
import { useRoom } from '../view/hooks.ts';
import type { ApprovalView } from '../view/model.ts';

export function Approval({ approval }: { approval: ApprovalView }) {
  const room = useRoom();
  const [asked, setAsked] = useState(false);
  const now = useNow(approval.expiresAt !== undefined);
  const decide = (action: 'allow' | 'deny'): void => {
    setAsked(true);
    // Refused or lost on the way: the buttons come back, the reason arrives as a notice.
    room.decide(approval.id, action).catch(() => setAsked(false));
  };
  return (
    <div className="approval" role="group" aria-label="Decision needed">
      <p>{approval.question}</p>
      <div className="approval-verbs">
        {approval.canDecide ? (
          <>
            <Button look="filled" disabled={asked} onClick={() => decide('allow')}>
              Allow once
            </Button>
            <Button disabled={asked} onClick={() => decide('deny')}>
              Deny
            </Button>
          </>
        ) : (
          <span className="tool-time">Waiting for somebody who may decide</span>
        )}
        {approval.expiresAt !== undefined && (
          <span className="tool-time tabular" role="timer">
            expires in {countdown(approval.expiresAt - now)}
          </span>
        )}
      </div>
    </div>
  );
}
