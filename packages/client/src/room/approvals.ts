/** What the bots of a room ask people to decide. */
import type { Approval, Decided, Decision, Verdict } from '../model/approval.ts';
import { toApproval } from '../wire/convert.ts';
import { said } from '../wire/said.ts';
import type { Wire } from '../wire/words.ts';
import type { Place } from './core.ts';
import { forgetOldest } from './kept.ts';
import type { Approvals } from './room.ts';
import { Catalog } from '../store/catalog.ts';

/** A question, its answer, or both: a decision may be read before what it decides. */
type Held = Partial<Approval> & { readonly decision?: Decision | undefined };

/** Decisions of one room, from wherever in the log. */
export class ApprovalBook implements Approvals {
  readonly #place: Place;
  readonly #held = new Catalog<Held>();

  constructor(place: Place) {
    this.#place = place;
  }

  get all(): readonly Approval[] {
    return this.#held.picture(allOf);
  }

  get pending(): readonly Approval[] {
    return this.#held.picture(pendingOf);
  }

  get(id: string): Approval | undefined {
    return allOf([this.#held.get(id) ?? {}])[0];
  }

  async decide(approval: string, verdict: Verdict): Promise<Decided> {
    const { id: room, core } = this.#place;
    const request = { ...(verdict as Wire.Decide), type: 'decide' as const, room, approval };
    const { accepted, decision } = await core.connection.ask<'decide'>(request, 'repeat');
    return { accepted, decision: said(decision) };
  }

  clear(): void {
    this.#held.clear();
  }

  asked(wire: Wire.Approval): void {
    const { decision } = this.#held.get(wire.approval) ?? {};
    this.#put(wire.approval, { ...toApproval(wire), ...(decision && { decision }) });
  }

  decided(id: string, wire: Wire.Decision): void {
    this.#put(id, { ...this.#held.get(id), decision: said(wire) });
  }

  #put(id: string, held: Held): void {
    this.#held.set(id, held);
    forgetOldest(this.#held, ({ decision }) => decision !== undefined);
  }
}

function allOf(held: Held[]): readonly Approval[] {
  return held.filter(isAsked);
}

function pendingOf(held: Held[]): readonly Approval[] {
  return allOf(held).filter(({ decision }) => !decision);
}

function isAsked(held: Held): held is Approval {
  return held.id !== undefined;
}
