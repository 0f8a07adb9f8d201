/** Decisions: what bots ask people, and the answer that counts. */
'use client';
import type { Approval, Decided, Room, Verdict } from '@antiphon/client';
import { useCallback, useMemo } from 'react';
import { useRoomHandle, useRoomValue } from './use-room.ts';

/** What {@link useApprovals} gives. */
export interface UseApprovals {
  /** What is not decided yet, oldest first. */
  readonly pending: readonly Approval[];
  /** Decides; the first verdict counts, and whoever comes second is told which that was. */
  readonly decide: (id: string, verdict: Verdict) => Promise<Decided>;
}

const NONE: readonly Approval[] = Object.freeze([]);

/** What the bots of a room ask people to decide. */
export function useApprovals(id?: string): UseApprovals {
  const room = useRoomHandle(id);
  const pending = useRoomValue(room, ({ approvals }) => approvals.pending, NONE);
  const decide = useMemo(() => decideIn(room), [room]);
  return { pending, decide };
}

/** One decision, made or not. Renders when this one changes and at no other time. */
export function useApproval(
  approval: string,
  id?: string,
): (Approval & { decide: (verdict: Verdict) => Promise<Decided> }) | undefined {
  const room = useRoomHandle(id);
  const held = useRoomValue(room, ({ approvals }) => approvals.get(approval), undefined);
  const decide = useCallback((verdict: Verdict) => decideIn(room)(approval, verdict), [room, approval]);
  return held && { ...held, decide };
}

/** Decides in a room, if there is one. */
export function decideIn(room: Room | undefined): UseApprovals['decide'] {
  return (id, verdict) => room?.approvals.decide(id, verdict) ?? Promise.reject(new Error('no room is open'));
}
