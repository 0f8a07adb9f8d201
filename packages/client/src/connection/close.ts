/** What close codes mean: 4000–4499 come back, 4500–4999 do not. */
import { ChatError, type ChatErrorCode } from '../errors.ts';

const AUTHENTICATION_FAILED = 4500;
const TOKEN_EXPIRED = 4501;

/** Codes that the client closes with. */
export const CLOSE_NORMAL = 1000;
export const CLOSE_GIVING_UP = 4900;

type Final = 'no' | 'yes' | 'token';

/** Whether, and how, a connection that the server closed may come back. */
export function readClose(code: number, reason: string): { error: ChatError; final: Final } {
  const [name, final] = meaning(code);
  return { error: new ChatError(name, reason || `the connection closed (${code})`), final };
}

function meaning(code: number): readonly [ChatErrorCode, Final] {
  if (code === AUTHENTICATION_FAILED) return ['token_refused', 'token'];
  if (code === TOKEN_EXPIRED) return ['token_expired', 'token'];
  return code >= 4500 && code <= 4999 ? ['forbidden', 'yes'] : ['disconnected', 'no'];
}
