/** What an agent asks people to decide, as a card shows it. */
import type { Approval, Decision, Role } from '@antiphon/client';
import type { ApprovalView, DecisionView, VerdictView } from '../view/model.ts';
import { written } from './tool.ts';

const RANK: Record<Role, number> = { viewer: 0, member: 1, admin: 2, owner: 3 };
const WHAT = { approve: 'allowed', deny: 'denied', answer: 'answered' } as const;
const ACTION = { allow: 'approve', deny: 'deny', answer: 'answer' } as const;

/** What the question does not say about whoever looks at it. */
export interface ApprovalFacts {
  readonly me: string;
  readonly role: Role | undefined;
  /** Whose bot asks. */
  readonly owner: string | undefined;
  readonly nameOf: (user: string) => string;
}

export function approvalView(approval: Approval, facts: ApprovalFacts): ApprovalView {
  const { id, kind, prompt, editable = false, scopes, deadline, decision } = approval;
  const input = written(approval.arguments);
  return {
    id,
    kind,
    question: prompt,
    editable,
    scopes: scopes.length > 0 ? scopes : ['once'],
    expiresAt: deadline,
    otherwise: WHAT[approval.default],
    canDecide: mayDecide(approval, facts),
    ...(kind === 'question' ? { schema: approval.schema } : {}),
    ...(input === undefined ? {} : { input }),
    ...(decision === undefined ? {} : { decision: decisionView(decision, facts.nameOf) }),
  };
}

export function decisionView(decision: Decision, nameOf: (user: string) => string): DecisionView {
  const { action, cause, by, at, scope, reason, content } = decision;
  const answer = content === undefined ? undefined : inWords(content);
  return {
    what: WHAT[action],
    cause,
    by: nameOf(by),
    at,
    scope,
    ...(reason === undefined ? {} : { reason }),
    ...(decision.arguments === undefined ? {} : { edited: true }),
    ...(answer === undefined ? {} : { answer }),
  };
}

/** A verdict in the SDK's words. */
export function fromVerdict({ action, scope, input, answer }: VerdictView) {
  return {
    action: ACTION[action],
    ...(scope === undefined ? {} : { scope }),
    ...(input === undefined ? {} : { arguments: input }),
    ...(answer === undefined ? {} : { content: answer }),
  };
}

function mayDecide({ eligible }: Approval, { me, role, owner }: ApprovalFacts): boolean {
  const high = eligible.role !== undefined && role !== undefined && RANK[role] >= RANK[eligible.role];
  return high || owner === me || (eligible.users?.includes(me) ?? false);
}

/** "north, 3": the values of a flat answer. */
function inWords(content: unknown): string {
  if (typeof content !== 'object' || content === null) return String(content);
  return Object.values(content)
    .map((value) => (value === true ? 'yes' : value === false ? 'no' : String(value)))
    .join(', ');
}
