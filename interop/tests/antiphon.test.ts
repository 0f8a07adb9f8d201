// The harness through Antiphon: a bot with a model in a room, asked by a person.
import { expect, test } from 'vitest';
import { account } from '../src/account.ts';
import { antiphon, modelBot } from '../src/antiphon.ts';
import { Chat, messages, words } from '../src/chat.ts';
import { Aimock } from '../src/peers/aimock.ts';
import { toml } from '../src/toml.ts';

test('F9: a model behind an endpoint answers in a room, and knows who asked', async () => {
  await using aimock = await Aimock.start([
    { match: { userMessage: 'hello' }, response: { content: 'Good morning.' } },
  ]);
  await using server = await antiphon([modelBot(aimock)]);
  using chat = await Chat.with(server, 'helper');
  const { states, message } = await chat.answer('hello');
  expect(states).toEqual(['queued', 'processing', 'thinking', 'completed']);
  expect(words(message)).toBe('Good morning.');
  const [asked] = await aimock.journal();
  expect(asked?.body.messages.at(-1)).toEqual({ role: 'user', content: 'Mara: hello' });
});

test('E7: someone with an account of a product keeps the id of that product', async () => {
  await using server = await antiphon();
  using chat = await Chat.with(server, 'demo', account('ada', 'Ada'));
  const asked = await chat.say('hello');
  expect(messages(await chat.log()).find(({ id }) => id === asked)?.sender).toBe('ada');
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
