/** What close codes mean: 4000–4499 come back, 4500–4999 do not. */
import { ChatError, type ChatErrorCode } from '../errors.ts';

/** Whether a connection may come back: yes, not at all, or only with another token. */
export type Finality = 'no' | 'yes' | 'token';

/** What browsers say of a connection that broke off, or did not come about. */
export const BROKEN_OFF = 1006;
/** Those of the server that say more than that access was withdrawn. */
const MEANING: Record<number, [ChatErrorCode, Finality]> = {
  4500: ['token_refused', 'token'],
  4501: ['token_expired', 'token'],
  4504: ['outdated', 'yes'],
};
/** Codes that the client closes with: it has no use for the line, or the line itself does not work. */
export const CLOSE_NORMAL = 1000;
export const CLOSE_BROKEN = 4900;

/** Why it is over, and whether that is final. */
export interface Failure {
  readonly error: ChatError;
  readonly final: Finality;
}

/** Whether, and how, a connection that the server closed may come back. */
export function readClose(code: number, reason: string): Failure {
  const [name, final] = meaning(code);
  return { error: new ChatError(name, reason || `closed with ${code}`), final };
}

function meaning(code: number): [ChatErrorCode, Finality] {
  if (code < 4500 || code > 4999) return ['disconnected', 'no'];
  return MEANING[code] ?? ['forbidden', 'yes'];
}
