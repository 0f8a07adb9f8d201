/** The place of a decision: its card is fetched when the first one is needed, and until then there is the question. */
import { lazy, Suspense } from 'react';
import type { ApprovalView } from '../view/model.ts';

const Card = lazy(() => import('./ApprovalCard.tsx').then(({ ApprovalCard: card }) => ({ default: card })));

export function Approval({ approval }: { approval: ApprovalView }) {
  return (
    <Suspense fallback={<p className="ap-approval">{approval.question}</p>}>
      <Card approval={approval} />
    </Suspense>
  );
}
