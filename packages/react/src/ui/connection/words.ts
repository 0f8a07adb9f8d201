/** What the connection's state is called, in the pill and in the banner. */
import type { DotLook } from '../controls/Dot.tsx';
import { counting } from '../words/time.ts';
import { count } from '../words/text.ts';
import type { ConnectionView } from '../view/model.ts';

/** A round trip longer than this is worth a word. */
const SLOW_MS = 1500;

export interface PillWords {
  readonly look: DotLook;
  readonly text: string;
}

export function pillOf(connection: ConnectionView): PillWords {
  switch (connection.state) {
    case 'idle':
      return { look: 'hollow', text: 'Not connected' };
    case 'connecting':
      return { look: 'ring', text: 'Connecting' };
    case 'connected':
      if ((connection.rttMs ?? 0) > SLOW_MS)
        return { look: 'saffron', text: `Slow, ${((connection.rttMs ?? 0) / 1000).toFixed(1)} s` };
      return { look: 'moss', text: connection.slower ? 'Live, slower line' : 'Live' };
    case 'reconnecting':
      return { look: 'ring', text: 'Reconnecting' };
    case 'offline':
      return { look: 'hollow', text: 'Offline' };
    case 'failed':
      return {
        look: 'brick',
        text: connection.error?.code === 'unauthorized' ? 'Signed out' : 'Not connected',
      };
  }
}

/** What the pill says to who asks more of it. */
export function pillTitle({ slower, rttMs }: ConnectionView): string | undefined {
  const line = slower ? ['No WebSocket came about; the conversation goes over plain HTTP.'] : [];
  const trip = rttMs === undefined ? [] : [`Round trip ${rttMs} ms`];
  return [...line, ...trip].join(' ') || undefined;
}

/** "2 messages are waiting." */
function waitingWords(waiting: number): string {
  return waiting === 0 ? '' : ` ${count(waiting, 'message')} ${waiting === 1 ? 'is' : 'are'} waiting.`;
}

export function outageWords(connection: ConnectionView, now: number): string {
  const waiting = waitingWords(connection.waiting);
  switch (connection.state) {
    case 'offline':
      return connection.waiting === 0
        ? 'You are offline. You can keep writing.'
        : `You are offline. ${count(connection.waiting, 'message')} will go out when you are back.`;
    case 'connecting':
      return `Connecting.${waiting}`;
    case 'failed':
      return failureWords(connection.error);
    default: {
      const left = (connection.retryAt ?? 0) - now;
      const when = left > 0 ? `Retrying in ${counting(Math.ceil(left / 1000) * 1000)}.` : 'Retrying now.';
      return `Connection lost. ${when} You can keep writing${connection.waiting === 0 ? '.' : `;${waiting.toLowerCase()}`}`;
    }
  }
}

function failureWords(error: ConnectionView['error']): string {
  if (error?.code === 'outdated') return 'This page is older than the server.';
  return error?.message ?? 'The server does not let this page in.';
}

/** The same to be heard once: without what counts down meanwhile. */
export function spokenOutage({ state, error }: ConnectionView): string {
  switch (state) {
    case 'offline':
      return 'This device is offline. What you write is sent when it is back.';
    case 'failed':
      return `Not connected. ${failureWords(error)}`;
    case 'connecting':
      return 'Not connected yet.';
    default:
      return 'The connection is lost. What you write is sent when it is back.';
  }
}

export function backWords(connection: ConnectionView): string {
  if (connection.partial) return 'Back. Some history is still loading.';
  return connection.caughtUp ? `Back. ${count(connection.caughtUp, 'message')} caught up.` : 'Back.';
}
