/** What the bots of a room ask people to decide. */
import type { Approval, Decided, Verdict } from '../model/approval.ts';
import { toApproval, toDecision } from '../wire/convert.ts';
import type { Wire } from '../wire/words.ts';
import { forgetOldest } from './kept.ts';
import type { Approvals } from './room.ts';

/** Decisions of one room, from wherever in the log: a decision may be read before the question is. */
export class ApprovalBook implements Approvals {
  readonly decide: (id: string, verdict: Verdict) => Promise<Decided>;
  /** By id; nothing but a decision where the question is still to be read. */
  readonly #all = new Map<string, Approval | Pick<Approval, 'decision'>>();
  #pending: readonly Approval[] | undefined;

  constructor(decide: (id: string, verdict: Verdict) => Promise<Wire.DecisionReply>) {
    this.decide = async (id, verdict) => {
      const { accepted, decision } = await decide(id, verdict);
      return { accepted, decision: toDecision(decision) };
    };
  }

  get pending(): readonly Approval[] {
    this.#pending ??= [...this.#all.values()].flatMap((one) => (isAsked(one) && !one.decision ? [one] : []));
    return this.#pending;
  }

  get(id: string): Approval | undefined {
    const one = this.#all.get(id);
    return one && isAsked(one) ? one : undefined;
  }

  clear(): void {
    this.#all.clear();
    this.#pending = undefined;
  }

  asked(wire: Wire.Approval): void {
    const approval = toApproval(wire);
    const decision = this.#all.get(approval.id)?.decision ?? approval.decision;
    this.#put(approval.id, { ...approval, decision });
  }

  decided(id: string, wire: Wire.Decision): void {
    this.#put(id, { ...this.#all.get(id), decision: toDecision(wire) });
  }

  #put(id: string, one: Approval | Pick<Approval, 'decision'>): void {
    this.#all.set(id, one);
    this.#pending = undefined;
    forgetOldest(this.#all, ({ decision }) => decision !== undefined);
  }
}

function isAsked(one: Approval | Pick<Approval, 'decision'>): one is Approval {
  return 'id' in one;
}
