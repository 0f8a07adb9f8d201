// What a page's main thread went through while something happened: its time, its frames, the tasks that held it up.
import type { Page } from 'playwright-core';

/** Figures of one stretch of time; milliseconds unless said otherwise. */
export interface Frames {
  readonly took: number;
  /** Time that the main thread worked, whatever else the machine was busy with. */
  readonly thread: number;
  readonly frames: number;
  readonly median: number;
  readonly p99: number;
  readonly longest: number;
  /** Tasks of more than 50 ms, and how long the longest was. */
  readonly longTasks: number;
  readonly longestTask: number;
}

/** Does something in the page, and tells what that cost. */
export async function framesOf(page: Page, deed: () => Promise<unknown>): Promise<Frames> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const threadTime = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? 0) * 1000;
  };
  await watch(page);
  const before = await threadTime();
  const began = performance.now();
  await deed();
  const took = performance.now() - began;
  const thread = (await threadTime()) - before;
  const { times, tasks } = await page.evaluate(() => (window as unknown as { seen: Seen }).seen.stop());
  await session.detach();
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
  return {
    took,
    thread,
    frames: times.length,
    median: at(0.5),
    p99: at(0.99),
    longest: at(1),
    longTasks: tasks.length,
    longestTask: Math.max(0, ...tasks),
  };
}

interface Seen {
  stop(): { times: number[]; tasks: number[] };
}

/** From now on the page counts its frames and its long tasks. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const times: number[] = [];
    const tasks: number[] = [];
    let going = true;
    let last = performance.now();
    const step = (now: number): void => {
      times.push(now - last);
      last = now;
      if (going) requestAnimationFrame(step);
    };
    requestAnimationFrame((now) => {
      last = now;
      requestAnimationFrame(step);
    });
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    });
    observer.observe({ entryTypes: ['longtask'] });
    const stop = () => {
      going = false;
      observer.disconnect();
      return { times, tasks };
    };
    Object.assign(window, { seen: { stop } });
  });
}

/** Prints figures where whoever runs the tests sees them. */
export function tell(what: string, figures: object): void {
  const words = Object.entries(figures).map(([name, value]) => `${name} ${rounded(value)}`);
  process.stdout.write(`[figures] ${what}: ${words.join(', ')}\n`);
}

function rounded(value: unknown): string {
  return typeof value === 'number' ? String(Math.round(value * 10) / 10) : String(value);
}
