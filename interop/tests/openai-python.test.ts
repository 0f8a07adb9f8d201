// F9: programs written for OpenAI's chat/completions in Python talk with any bot of ours, through the library as it was published.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { guest } from '@antiphon/e2e/wire';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ECHO, SdkBot, serverOfABot } from '../src/sdk-bot.ts';

const PROJECT = join(import.meta.dirname, '..');

test('F9: the Python library gets answers whole and streamed, and errors by their kinds', async () => {
  await using server = await serverOfABot();
  await using bot = new SdkBot(server.url, async (run) => {
    if (run.text === 'fail') throw new Error('no way');
    run.usage({ input_tokens: 7, output_tokens: 3 });
    for (const piece of ['You ', 'said: ', run.text]) {
      await run.reply.text(piece);
      await sleep(100);
    }
  });
  const { token } = await guest(server.url, 'Ada');
  const talk = promisify(execFile)(
    join(PROJECT, '.venv/bin/python'),
    ['talk.py', `${server.url}/v1/bots/${ECHO}/openai`, token],
    { cwd: join(PROJECT, 'peers/openai'), env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } },
  );
  expect(JSON.parse((await talk).stdout)).toEqual({
    models: [ECHO],
    whole: ['You said: hello', 'stop', 10],
    streamed: ['You said: stream', true, 10],
    failed: { kind: 'InternalServerError', status: 503, code: 'unavailable', param: null },
    stranger: { kind: 'AuthenticationError', status: 401, code: 'token_refused', param: null },
    lost: { kind: 'NotFoundError', status: 404, code: 'not_found', param: 'bot' },
  });
  await expect.poll(() => bot.errors).toHaveLength(1);
});
