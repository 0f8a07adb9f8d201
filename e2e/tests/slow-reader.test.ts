// A reader that stops reading its socket for half a minute under load (F7).
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Server } from '../src/server.ts';
import { type Frame, Wire, guest } from '../src/wire.ts';

const SILENT_MS = 30_000;
/** Three to four kilobytes each: half a minute of them is far more than the kernel's buffers for one socket take. */
const TEXT = 'What a slow reader has not read is in the log, and nowhere else. '.repeat(50);
/** Caches of the store and the allocator grow at first; what is kept for a slow reader would be more than this. */
const BOUND_MIB = 48;
const WRITERS = 8;

async function residentMib(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

/** The positions that a connection was given, from pages and live. */
function positions(frames: readonly Frame[]): number[] {
  return frames.flatMap((frame) => {
    if (frame.type === 'joined' || frame.type === 'entries')
      return (frame['entries'] as Frame[]).map((e) => e.seq ?? 0);
    return frame.seq !== undefined && frame['by'] !== undefined ? [frame.seq] : [];
  });
}

function expectNoHole(seqs: readonly number[]): void {
  expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
}

test('F7: a reader that stops reading costs bounded memory, disturbs nobody, and catches up without a hole', async () => {
  await using server = await Server.start({ env: { ANTIPHON_LIMITS__REQUESTS_PER_SECOND: '100000' } });
  const open = async (name: string): Promise<Wire> => {
    const wire = await Wire.open(server.url, await guest(server.url, name));
    await wire.ask({ type: 'join_room', room: 'general' });
    return wire;
  };
  const [slow, other] = [await open('Slow'), await open('Other')];
  const writers = await Promise.all(Array.from({ length: WRITERS }, (_, n) => open(`Writer ${n}`)));

  // Warm, so that what is measured is what is kept for the slow one.
  await Promise.all(
    writers.map(async (wire) => {
      for (let n = 0; n < 40; n++) await wire.say('general', TEXT);
    }),
  );
  const before = await residentMib(server.pid);
  slow.stopReading();

  let [stop, head, highest] = [false, 0, 0];
  const writing = writers.map(async (wire) => {
    while (!stop) {
      const seq = (await wire.say('general', TEXT))?.seq ?? 0;
      head = Math.max(head, seq);
    }
  });
  // However slow the machine: until what is not read is more than buffers of the kernel take.
  const isFarBehind = (): boolean => (positions(slow.frames).at(-1) ?? 0) < head / 2;
  for (const end = Date.now() + SILENT_MS; Date.now() < end || !isFarBehind();) {
    await sleep(500);
    highest = Math.max(highest, await residentMib(server.pid));
  }
  stop = true;
  await Promise.all(writing);

  // The other reader has everything at once; the slow one has nearly nothing.
  await expect.poll(() => positions(other.frames).at(-1)).toBe(head);
  expectNoHole(positions(other.frames));
  expect(positions(slow.frames).at(-1)).toBeLessThan(head / 2);
  expect(highest - before, `${before} MiB before, ${highest} MiB at most`).toBeLessThan(BOUND_MIB);

  slow.readOn();
  await expect.poll(() => positions(slow.frames).at(-1), { timeout: 60_000, interval: 200 }).toBe(head);
  expectNoHole(positions(slow.frames));
  expect(
    slow.frames.some((frame) => frame.type === 'caught_up'),
    'it came by pages of the log',
  ).toBe(true);
  expect(slow.closed).toBe(false);
  expect(server.output).not.toContain('panicked');
}, 240_000);
