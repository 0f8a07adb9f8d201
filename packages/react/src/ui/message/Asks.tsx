/** What an agent asks beside its tool calls: a card while it is open, one line once it is decided. */
import { Approval } from '../tool/Approval.tsx';
import { decidedWords } from '../tool/decided.ts';
import type { ApprovalView } from '../view/model.ts';

export function Asks({ asks }: { asks: readonly ApprovalView[] }) {
  return (
    <div className="ap-row-parts ap-row-asks">
      {asks.map((ask) =>
        ask.decision === undefined ? (
          <div key={ask.id} className="ap-tool" data-state="approval">
            <Approval approval={ask} />
          </div>
        ) : (
          <p key={ask.id} className="ap-row-note ap-row-decided">
            <span>{ask.question}</span> <b>{decidedWords(ask.decision)}</b>
          </p>
        ),
      )}
    </div>
  );
}
