// F2: the read half of the conformance suite of Durable Streams against answers of bots. Its streams are made and written by a bot;
// every GET and HEAD goes to our server and back as it is. What the suite says of writing is not about a feed that is read only.
import { runConformanceTests } from '@durable-streams/server-conformance-tests';
import { afterAll, beforeAll, beforeEach, describe, type TestContext } from 'vitest';
import { WritableStreams } from '../src/writable-stream.ts';

/** The parts of the suite that are about reading. */
const READING = [
  'Read Operations',
  'Long-Poll Operations',
  'HTTP Protocol',
  'Browser Security Headers',
  'Content-Type Validation',
  'HEAD Metadata',
  'Offset Validation and Resumability',
  'Protocol Edge Cases',
  'Long-Poll Edge Cases',
  'Caching and ETag',
  'Chunking and Large Payloads',
  'Read-Your-Writes Consistency',
  'SSE Mode',
  'Offset Validation Properties',
  'HEAD with Stream Closure',
  'Read Closed Streams (Catch-up)',
  'Long-poll with Stream Closure',
  'SSE with Stream Closure',
];

/** Tests in them that are about something else. */
const LEFT_OUT: readonly [RegExp, string][] = [
  [/\b(PUT|POST|DELETE)\b|on append|append with matching|\bseq\b|\bSeq\b|sequence ordering/, 'about writing'],
  [/content-type mismatch|Location header/, 'about writing'],
  [
    /chunk-size|large payload|json|binary|base64|octet|content-type on GET|Resource-Policy|nosniff on SSE/i,
    'text only',
  ],
  [/preflight/, 'this origin is not allowed, which the server says to preflights as well'],
];

function skipWhatIsNotAboutReading({ task, skip }: TestContext): void {
  if (!READING.includes(task.suite?.name ?? '')) skip('about writing');
  const reason = LEFT_OUT.find(([names]) => names.test(task.name))?.[1];
  if (reason !== undefined) skip(reason);
}

describe('Durable Streams, read', () => {
  let streams: WritableStreams;
  const options = { baseUrl: '', longPollTimeoutMs: 20_000 };

  beforeAll(async () => {
    streams = await WritableStreams.start();
    options.baseUrl = streams.url;
  });
  afterAll(() => streams[Symbol.asyncDispose]());
  beforeEach(skipWhatIsNotAboutReading);

  runConformanceTests(options);
});
