/** The place of a decision: its card is fetched when the first one is needed, and until then there is the question. */
import { Suspense } from 'react';
import { useComponents } from '../components.ts';
import { later } from '../later.ts';
import type { ApprovalCardProps } from './ApprovalCard.tsx';

const Lazy = later(() => import('./ApprovalCard.tsx'), 'ApprovalCard');

export function Approval(props: ApprovalCardProps) {
  const { ApprovalCard: Card = Lazy } = useComponents();
  return (
    <Suspense fallback={<p className="ap-approval">{props.approval.question}</p>}>
      <Card {...props} />
    </Suspense>
  );
}
