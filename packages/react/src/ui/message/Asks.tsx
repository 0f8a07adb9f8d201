/** What an agent asks beside its tool calls: a card while it is open, one line once it is decided. */
import { Approval } from '../tool/Approval.tsx';
import { decidedWords } from '../tool/decided.ts';
import type { ApprovalView } from '../view/model.ts';

export function Asks({ asks }: { asks: readonly ApprovalView[] }) {
  return (
    <div className="row-parts row-asks">
      {asks.map((ask) =>
        ask.decision === undefined ? (
          <section key={ask.id} className="tool" data-state="approval" aria-label="Question">
            <Approval approval={ask} />
          </section>
        ) : (
          <p key={ask.id} className="row-note row-decided">
            <span>{ask.question}</span> <b>{decidedWords(ask.decision)}</b>
          </p>
        ),
      )}
    </div>
  );
}
