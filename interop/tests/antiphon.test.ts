// The harness through Antiphon: a bot with a model in a room, asked by a person.
import { expect, test } from 'vitest';
import { antiphon } from '../src/antiphon.ts';
import { Chat, words } from '../src/chat.ts';
import { AIMOCK_KEY, Aimock } from '../src/peers/aimock.ts';
import { toml } from '../src/toml.ts';

test('F9: a model behind an endpoint answers in a room, and knows who asked', async () => {
  await using aimock = await Aimock.start([
    { match: { userMessage: 'hello' }, response: { content: 'Good morning.' } },
  ]);
  const helper = { id: 'helper', connector: 'openai', base_url: aimock.base, model: 'first' };
  await using server = await antiphon([{ ...helper, api_key_env: 'MODEL_KEY' }], {
    env: { MODEL_KEY: AIMOCK_KEY },
  });
  using chat = await Chat.with(server, 'helper');
  const { states, message } = await chat.answer('hello');
  expect(states).toEqual(['queued', 'processing', 'thinking', 'completed']);
  expect(words(message)).toBe('Good morning.');
  const [asked] = await aimock.journal();
  expect(asked?.body.messages.at(-1)).toEqual({ role: 'user', content: 'Mara: hello' });
});

test('settings are written as an operator would write them', () => {
  const bot = {
    id: 'a',
    connector: 'acp',
    command: ['node', 'x "y".js'],
    env: { KEY: 'v' },
    name: undefined,
  };
  expect(toml({ demo_agent: false }, [bot])).toBe(
    'demo_agent = false\n\n[[bots]]\nid = "a"\nconnector = "acp"\ncommand = ["node", "x \\"y\\".js"]\nenv = { "KEY" = "v" }\n',
  );
});
