/** Jumping to a message from anywhere around the log: a quote, the panel, the palette. */
import { createContext, useContext } from 'react';

export type Jump = (key: string) => void;

/** A message to bring into view and mark; `nonce` tells one wish from the next. */
export interface Target {
  readonly key: string;
  readonly nonce: number;
}

export const JumpContext = createContext<Jump>(() => undefined);
export const TargetContext = createContext<Target | null>(null);

export function useJump(): Jump {
  return useContext(JumpContext);
}

export function useTarget(): Target | null {
  return useContext(TargetContext);
}
