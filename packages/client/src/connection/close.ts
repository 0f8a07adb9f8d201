/** What close codes mean: 4000–4499 come back, 4500–4999 do not. */
import { ChatError, type ChatErrorCode } from '../errors.ts';

const AUTHENTICATION_FAILED = 4500;
const TOKEN_EXPIRED = 4501;

/** Codes that the client closes with. */
export const CLOSE_NORMAL = 1000;
export const CLOSE_GIVING_UP = 4900;

/** Whether, and how, a connection that the server closed may come back. */
export function readClose(code: number, reason: string): { error: ChatError; final: 'no' | 'yes' | 'token' } {
  const words = reason === '' ? `the connection closed (${code})` : reason;
  if (code === AUTHENTICATION_FAILED) return { error: error('token_refused', words), final: 'token' };
  if (code === TOKEN_EXPIRED) return { error: error('token_expired', words), final: 'token' };
  if (code >= 4500 && code <= 4999) return { error: error('forbidden', words), final: 'yes' };
  return { error: new ChatError('disconnected', words), final: 'no' };
}

function error(code: ChatErrorCode, words: string): ChatError {
  return new ChatError(code, words);
}
