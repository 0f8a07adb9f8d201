// People whose accounts are a product's own: their ids are known before they come, so that settings can name them.
import { createHmac } from 'node:crypto';
import type { Guest } from '@antiphon/e2e/wire';

/** Known to the product that signs in its people and to the server that believes it. */
export const SECRET = 'known to the tests and to their server alone';

/** For whom its tokens are. */
export const AUDIENCE = 'chat';

/** Longer than any test. */
const LIFETIME_S = 3_600;

/** Someone with an account; the id is theirs on every server. */
export function account(id: string, name = id, lifetimeS = LIFETIME_S): Guest {
  const claims = { sub: id, name, aud: AUDIENCE, exp: Math.floor(Date.now() / 1_000) + lifetimeS };
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
  const signature = createHmac('sha256', SECRET).update(signed).digest('base64url');
  return { token: `${signed}.${signature}`, user: { id, name } };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
