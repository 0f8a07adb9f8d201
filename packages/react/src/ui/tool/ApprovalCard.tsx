/** A question that an agent must not answer itself: what exactly, until when, and plain verbs. */
import { type RefObject, useId, useRef, useState } from 'react';
import { useRoomView } from '../view/hooks.ts';
import type { ApprovalView, ScopeView, VerdictView } from '../view/model.ts';
import { cx } from '../controls/cx.ts';
import { focusRow } from '../message/to-row.ts';
import { Button } from '../controls/Button.tsx';
import { useNow } from '../clock/now.ts';
import { countdown } from '../words/time.ts';
import { ArgumentsForm } from './ArgumentsForm.tsx';
import { QuestionForm } from './QuestionForm.tsx';

const ALLOW: Record<ScopeView, string> = {
  once: 'Allow once',
  session: 'Allow in this room',
  always: 'Always allow',
};

export interface ApprovalCardProps {
  readonly approval: ApprovalView;
  readonly className?: string | undefined;
}

export function ApprovalCard({ approval, className }: ApprovalCardProps) {
  const { id, question, input, editable, canDecide, scopes, schema, kind } = approval;
  const form = useId();
  const [editing, setEditing] = useState(false);
  const card = useRef<HTMLDivElement>(null);
  const { asked, decide } = useDecision(id, card);
  const deny = <Button disabled={asked} onClick={() => decide({ action: 'deny' })} children="Deny" />;
  return (
    <div
      ref={card}
      className={cx('ap-approval', className)}
      data-state={approval.decision ? 'decided' : asked ? 'asked' : canDecide ? 'open' : 'waiting'}
      role="group"
      aria-label={`Decision needed: ${question}`}
    >
      <p>{question}</p>
      {input !== undefined && !editing && (
        <div className="ap-approval-arguments">
          <Arguments text={input} />
          {editable && canDecide && (
            <button type="button" className="ap-link-button" onClick={() => setEditing(true)}>
              Change arguments
            </button>
          )}
        </div>
      )}
      {!canDecide ? (
        <Verbs approval={approval}>
          <span className="ap-tool-time">Waiting for somebody who may decide</span>
        </Verbs>
      ) : kind === 'question' ? (
        <>
          <QuestionForm
            id={form}
            schema={schema}
            onAnswer={(answer) => decide({ action: 'answer', answer })}
          />
          <Verbs approval={approval}>
            <Button look="filled" type="submit" form={form} disabled={asked} children="Answer" />
            <Button disabled={asked} onClick={() => decide({ action: 'deny' })} children="Decline" />
          </Verbs>
        </>
      ) : editing ? (
        <>
          <ArgumentsForm
            id={form}
            text={input ?? '{}'}
            onDone={(changed) => decide({ action: 'allow', scope: 'once', input: changed })}
          />
          <Verbs approval={approval}>
            <Button look="filled" type="submit" form={form} disabled={asked} children="Allow with these" />
            {deny}
            <Button look="quiet" onClick={() => setEditing(false)} children="Keep as they were" />
          </Verbs>
        </>
      ) : (
        <Verbs approval={approval}>
          {scopes.map((scope, index) => (
            <Button
              key={scope}
              look={index === 0 ? 'filled' : 'outline'}
              disabled={asked}
              onClick={() => decide({ action: 'allow', scope })}
              children={ALLOW[scope]}
            />
          ))}
          {deny}
        </Verbs>
      )}
    </div>
  );
}

/** Deciding once: refused or lost on the way, the buttons come back, and the reason arrives as a notice. */
function useDecision(
  id: string,
  card: RefObject<HTMLElement | null>,
): { asked: boolean; decide: (verdict: VerdictView) => void } {
  const room = useRoomView();
  const [asked, setAsked] = useState(false);
  const decide = (verdict: VerdictView): void => {
    setAsked(true);
    // The card goes; whoever decided by keyboard goes on from its message.
    if (card.current?.contains(document.activeElement)) focusRow(card.current);
    room.decide(id, verdict).catch(() => setAsked(false));
  };
  return { asked, decide };
}

function Arguments({ text }: { text: string }) {
  return (
    <details className="ap-approval-input">
      <summary>Details</summary>
      <pre tabIndex={0} aria-label="Arguments">
        {text}
      </pre>
    </details>
  );
}

/** The verbs, and what happens if nobody uses one of them. */
function Verbs({ approval, children }: { approval: ApprovalView; children: React.ReactNode }) {
  const left = approval.expiresAt - useNow();
  const words =
    left > 0 ? `${approval.otherwise} in ${countdown(left)}` : `time is up: ${approval.otherwise}`;
  return (
    <div className="ap-approval-verbs">
      {children}
      <span className="ap-tool-time ap-tabular" role="timer">
        {words}
      </span>
    </div>
  );
}
