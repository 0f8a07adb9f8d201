/** The place of a decision: its card is fetched when the first one is needed, and until then there is the question. */
import { lazy, Suspense } from 'react';
import { useComponents } from '../components.ts';
import type { ApprovalCardProps } from './ApprovalCard.tsx';

const Lazy = lazy(() => import('./ApprovalCard.tsx').then(({ ApprovalCard: card }) => ({ default: card })));

export function Approval(props: ApprovalCardProps) {
  const { ApprovalCard: Card = Lazy } = useComponents();
  return (
    <Suspense fallback={<p className="ap-approval">{props.approval.question}</p>}>
      <Card {...props} />
    </Suspense>
  );
}
