/** How fast an agent writes. Nobody tells tokens while an answer grows, so they are estimated from its letters. */
import { useState } from 'react';
import { useNow } from '../clock/now.ts';
import { kept } from '../view/kept.ts';
import type { MessageView } from '../view/model.ts';

/** What the makers of models give as the mean in English. */
const LETTERS_PER_TOKEN = 4;
/** A mean over less says nothing. */
const LEAST_MS = 1500;

/** Whether the pace is told, and not to a hovering pointer only: kept on this device. */
export const paceShown = kept<'yes' | 'no'>('antiphon.pace', 'no', ['yes', 'no']);

/** Letters that an agent has written so far. */
export function writtenOf({ parts }: MessageView): number {
  return parts.reduce(
    (sum, part) => sum + (part.kind === 'text' || part.kind === 'reasoning' ? part.text.length : 0),
    0,
  );
}

/** Tokens a second since this was first looked at; nothing as long as that is too short a time. */
export function usePace(written: number): number | undefined {
  const now = useNow();
  const [first, setFirst] = useState({ now, written });
  // Begun anew.
  if (written < first.written) setFirst({ now, written });
  const took = now - first.now;
  if (took < LEAST_MS || written <= first.written) return undefined;
  return Math.round((written - first.written) / LETTERS_PER_TOKEN / (took / 1000));
}
