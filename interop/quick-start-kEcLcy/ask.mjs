import OpenAI from 'openai';

const url = 'http://127.0.0.1:43919';
const body = JSON.stringify({ name: 'Ada' });
const headers = { 'content-type': 'application/json' };
const guest = await (await fetch(`${url}/v1/guests`, { method: 'POST', headers, body })).json();

const openai = new OpenAI({ baseURL: `${url}/v1/bots/demo/openai`, apiKey: guest.token });
const messages = [{ role: 'user', content: 'countdown 3' }];
for await (const { choices } of await openai.chat.completions.create({
  model: 'demo',
  messages,
  stream: true,
}))
  process.stdout.write(choices[0]?.delta.content ?? '');
