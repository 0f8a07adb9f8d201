/** The address of a server is understood as people write it. */
import { expect, test } from 'vitest';
import { socketUrl } from '../src/socket.ts';

test.each([
  ['http://127.0.0.1:8080', 'ws://127.0.0.1:8080/v1/ws'],
  ['https://chat.example/', 'wss://chat.example/v1/ws'],
  ['https://example.org/chat', 'wss://example.org/chat/v1/ws'],
  ['ws://127.0.0.1:8080/v1/ws', 'ws://127.0.0.1:8080/v1/ws'],
])('%s', (given, expected) => {
  expect(socketUrl(given)).toBe(expected);
});

test('what is no address of a server is refused', () => {
  expect(() => socketUrl('ftp://example.org')).toThrow('not the address of a server');
});
