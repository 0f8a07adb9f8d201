// A bot of the SDK as a process of its own: says thirty lines to the number that it is told, so that it can be killed in the middle.
import { setTimeout as sleep } from 'node:timers/promises';
import { connectBot } from '@antiphon/bot';

const LINES = 30;
const PAUSE_MS = 10;

const [url, token] = [process.env.RELAY_URL, process.env.RELAY_TOKEN];
const bot = connectBot({ url, token, onError: (error) => console.error(`a run was lost: ${error}`) });
bot.onRun(async (run) => {
  const [number] = /\d+/.exec(run.text);
  for (let line = 1; line <= LINES; line++) {
    await run.reply.text(`${number}: line ${line}\n`);
    await sleep(PAUSE_MS);
  }
});
console.log('at work');
await bot.closed;
