/**
 * The transport where WebSockets are blocked, for applications that want it built in (option `sse`): by default it is
 * fetched when it is needed.
 */
export { sseTransport } from './connection/sse.ts';
