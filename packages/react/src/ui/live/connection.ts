/** The connection as the page shows it: the SDK's state, and how many messages wait. */
import type { ChatClient, ChatErrorCode } from '@antiphon/client';
import type { ConnectionView } from '../view/model.ts';
import { memo } from './memo.ts';
import { sentence } from './words.ts';

/** Refusals after which only signing in again helps. */
const SIGN_IN: readonly ChatErrorCode[] = ['unauthenticated', 'token_refused', 'token_expired'];

export function connectionView(client: ChatClient): () => ConnectionView {
  return memo(
    () => [client.status, client.queued],
    ([{ state, since, retryAt, rttMs, transport, error }, waiting]) => ({
      state,
      since,
      waiting,
      ...(retryAt === undefined ? {} : { retryAt }),
      ...(rttMs === undefined ? {} : { rttMs }),
      ...(transport === 'sse' ? { slower: true } : {}),
      ...(error === undefined
        ? {}
        : {
            error: {
              code: SIGN_IN.includes(error.code) ? 'unauthorized' : error.code,
              message: sentence(error.message),
            },
          }),
    }),
  );
}
