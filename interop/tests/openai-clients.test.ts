// Programs written for OpenAI's chat/completions talk with any bot of ours, through OpenAI's own library as it was published.
import type { Server } from '@antiphon/e2e/server';
import { guest, rest, type Guest } from '@antiphon/e2e/wire';
import OpenAI, { APIError } from 'openai';
import { expect, test } from 'vitest';
import { ECHO, SdkBot, serverOfABot } from '../src/sdk-bot.ts';

function clientOf(server: Server, who: Guest, bot = ECHO): OpenAI {
  return new OpenAI({ baseURL: `${server.url}/v1/bots/${bot}/openai`, apiKey: who.token });
}

type Said = OpenAI.ChatCompletionMessageParam;

const user = (content: string): Said => ({ role: 'user', content });

/** A server with a bot that says how often it was asked in this conversation, and what it was asked now. */
async function counting(): Promise<{ server: Server; bot: SdkBot } & AsyncDisposable> {
  const server = await serverOfABot();
  const bot = new SdkBot(server.url, async (run) => {
    run.usage({ input_tokens: 7, output_tokens: 3 });
    await run.reply.reasoning('Hm.');
    const asked = run.context.filter(({ run }) => run === undefined).length + 1;
    await run.reply.stream([`${asked}: `, run.text]);
  });
  const dispose = async (): Promise<void> => {
    await bot[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  };
  return { server, bot, [Symbol.asyncDispose]: dispose };
}

async function completed(client: OpenAI, messages: Said[]): Promise<string> {
  const { choices } = await client.chat.completions.create({ model: ECHO, messages });
  return choices[0]?.message.content ?? '';
}

test('F9: an answer comes as one document, with its reasons and what it cost', async () => {
  await using scene = await counting();
  const client = clientOf(scene.server, await guest(scene.server.url, 'Ada'));
  const completion = await client.chat.completions.create({ model: ECHO, messages: [user('hello')] });
  expect(completion).toMatchObject({
    object: 'chat.completion',
    model: ECHO,
    choices: [{ finish_reason: 'stop', message: { content: '1: hello', reasoning_content: 'Hm.' } }],
    usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
  });
});

test('B7: an answer streams in pieces, with what it cost at the end', async () => {
  await using scene = await counting();
  const client = clientOf(scene.server, await guest(scene.server.url, 'Ada'));
  const stream = client.chat.completions.stream({
    model: ECHO,
    messages: [user('hello')],
    stream_options: { include_usage: true },
  });
  const whole = await stream.finalChatCompletion();
  expect(whole.choices).toMatchObject([{ finish_reason: 'stop', message: { content: '1: hello' } }]);
  expect(whole.usage?.total_tokens).toBe(10);
});

test('B5: a conversation that goes on is one, by how it began or by its name', async () => {
  await using scene = await counting();
  const client = clientOf(scene.server, await guest(scene.server.url, 'Ada'));
  const first = await completed(client, [user('hello')]);
  const history: Said[] = [user('hello'), { role: 'assistant', content: first }, user('more')];
  expect(await completed(client, history)).toBe('2: more');
  expect(await completed(client, [user('something else')])).toBe('1: something else');
  const named = async (content: string): Promise<string> => {
    const metadata = { chat: 'support' };
    const { choices } = await client.chat.completions.create({
      model: ECHO,
      messages: [user(content)],
      metadata,
    });
    return choices[0]?.message.content ?? '';
  };
  expect([await named('a'), await named('b')]).toEqual(['1: a', '2: b']);
});

test('F8: a try that was cut is the same message, and a second wish for an answer is another', async () => {
  await using scene = await counting();
  const ada = await guest(scene.server.url, 'Ada');
  let calls = 0;
  const cutOnce: typeof fetch = async (url, init) => {
    const answer = await fetch(url, init);
    if (calls++ > 0) return answer;
    // It arrived, and was answered; the client never hears of it.
    await answer.text();
    throw new Error('cut');
  };
  const client = new OpenAI({
    baseURL: `${scene.server.url}/v1/bots/${ECHO}/openai`,
    apiKey: ada.token,
    fetch: cutOnce,
  });
  expect(await completed(client, [user('hello')])).toBe('1: hello');
  expect(calls).toBe(2);
  expect(await completed(client, [user('hello')])).toBe('2: hello');
});

test('F4: a run that is stopped or fails is an error, in a stream as in a document', async () => {
  await using server = await serverOfABot();
  await using bot = new SdkBot(server.url, async (run) => {
    if (run.text === 'fail') throw new Error('no way');
    await run.reply.text('I am at it');
    await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
  });
  const ada = await guest(server.url, 'Ada');
  const client = clientOf(server, ada);
  const failed = completed(client, [user('fail')]);
  await expect(failed).rejects.toMatchObject({ status: 503, code: 'unavailable' });
  const answer = await client.chat.completions
    .create({ model: ECHO, messages: [user('work')], stream: true })
    .withResponse();
  const room = answer.response.headers.get('x-antiphon-room') ?? '';
  const heard: string[] = [];
  const listening = (async () => {
    for await (const { choices } of answer.data) heard.push(choices[0]?.delta.content ?? '');
  })();
  await expect.poll(() => heard.join('')).toBe('I am at it');
  const { runs } = await rest<{ runs: { run: string }[] }>(server.url, ada, `/rooms/${room}/runs`);
  await rest(server.url, ada, `/rooms/${room}/cancel`, { run: runs[0]?.run });
  await expect(listening).rejects.toThrow(APIError);
  await expect.poll(() => bot.errors).toMatchObject([{ message: 'no way' }]);
});

test('C2: who is not signed in or asks for nobody is refused in the words of the protocol', async () => {
  await using server = await serverOfABot();
  const ada = await guest(server.url, 'Ada');
  const stranger = clientOf(server, { ...ada, token: 'none' });
  await expect(completed(stranger, [user('hello')])).rejects.toMatchObject({ status: 401 });
  const lost = clientOf(server, ada, 'nobody');
  await expect(completed(lost, [user('hello')])).rejects.toMatchObject({ status: 404, param: 'bot' });
  await expect(completed(clientOf(server, ada), [])).rejects.toMatchObject({
    status: 400,
    param: 'messages',
  });
  const { data } = await clientOf(server, ada).models.list();
  expect(data).toMatchObject([{ id: ECHO, object: 'model' }]);
});
