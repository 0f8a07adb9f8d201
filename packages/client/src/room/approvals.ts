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
  readonly #held = new Map<string, Approval | Pick<Approval, 'decision'>>();
  #list: readonly Approval[] | undefined;
  #pending: readonly Approval[] | undefined;

  constructor(decide: (id: string, verdict: Verdict) => Promise<Wire.DecisionReply>) {
    this.decide = async (id, verdict) => {
      const { accepted, decision } = await decide(id, verdict);
      return { accepted, decision: toDecision(decision) };
    };
  }

  get all(): readonly Approval[] {
    this.#list ??= [...this.#held.values()].filter(isAsked);
    return this.#list;
  }

  get pending(): readonly Approval[] {
    this.#pending ??= this.all.filter(({ decision }) => !decision);
    return this.#pending;
  }

  get(id: string): Approval | undefined {
    const one = this.#held.get(id);
    return one && isAsked(one) ? one : undefined;
  }

  clear(): void {
    this.#held.clear();
    this.#list = this.#pending = undefined;
  }

  asked(wire: Wire.Approval): void {
    const approval = toApproval(wire);
    const decision = this.#held.get(approval.id)?.decision ?? approval.decision;
    this.#put(approval.id, { ...approval, decision });
  }

  decided(id: string, wire: Wire.Decision): void {
    this.#put(id, { ...this.#held.get(id), decision: toDecision(wire) });
  }

  #put(id: string, one: Approval | Pick<Approval, 'decision'>): void {
    this.#held.set(id, one);
    this.#list = this.#pending = undefined;
    forgetOldest(this.#held, ({ decision }) => decision !== undefined);
  }
}

function isAsked(one: Approval | Pick<Approval, 'decision'>): one is Approval {
  return 'id' in one;
}
