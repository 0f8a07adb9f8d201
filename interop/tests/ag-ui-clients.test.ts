// Front ends written for AG-UI talk with any bot of ours, through the clients as they were published: 1.0 and one before it.
import { randomUUID } from 'node:crypto';
import { HttpAgent as Current } from '@ag-ui/client';
import { HttpAgent as Forerunner } from '@ag-ui/client-0';
import type { Server } from '@antiphon/e2e/server';
import { guest, rest, type Guest } from '@antiphon/e2e/wire';
import { describe, expect, test } from 'vitest';
import { antiphon, modelBot } from '../src/antiphon.ts';
import { Aimock } from '../src/peers/aimock.ts';
import { everythingOnStdio } from '../src/peers/everything.ts';
import { ECHO, SdkBot, serverOfABot } from '../src/sdk-bot.ts';

interface Message {
  readonly id: string;
  readonly role: string;
  readonly content?: unknown;
  readonly toolCalls?: readonly { readonly id: string; readonly function: { readonly arguments: string } }[];
}

interface Heard {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What both versions of the client have. */
interface Agent {
  readonly messages: readonly Message[];
  readonly threadId: string;
  addMessage(message: object): void;
  runAgent(parameters: object, subscriber: { onEvent(heard: { event: Heard }): void }): Promise<unknown>;
}

interface Options {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly threadId: string;
}

const CLIENTS = [
  ['1.0.0', (options: Options): Agent => new Current(options)],
  ['0.0.59', (options: Options): Agent => new Forerunner(options) as unknown as Agent],
] as const;

type Make = (options: Options) => Agent;

function agentOf(make: Make, server: Server, who: Guest, bot: string, threadId = randomUUID()): Agent {
  const headers = { authorization: `Bearer ${who.token}` };
  return make({ url: `${server.url}/v1/bots/${bot}/ag-ui`, headers, threadId });
}

/** Says something, unless it is an answer to questions, and listens to the end. */
async function run(agent: Agent, said: string | object, events: Heard[] = []): Promise<Heard[]> {
  const subscriber = { onEvent: ({ event }: { event: Heard }) => void events.push(event) };
  if (typeof said === 'string') agent.addMessage({ id: randomUUID(), role: 'user', content: said });
  await agent.runAgent(typeof said === 'string' ? {} : said, subscriber).catch(() => undefined);
  return events;
}

function ofRole(agent: Agent, role: string): unknown[] {
  return agent.messages.filter((message) => message.role === role).map(({ content }) => content);
}

/** The field of the events that have it. */
function all(events: readonly Heard[], type: string): Heard[] {
  return events.filter((event) => event.type === type);
}

describe.each(CLIENTS)('@ag-ui/client %s', (version, make) => {
  test('F9: an answer comes with its thoughts, its tool, what that is at and what it found', async () => {
    await using server = await serverOfABot();
    const events: Heard[] = [];
    await using bot = new SdkBot(server.url, async (run) => {
      await run.reply.reasoning('Let me look.');
      await run.tool('look', { where: 'here' }, async (look) => {
        look.progress(0.5, 'half way');
        await look.output('one\n');
        await expect
          .poll(() => all(events, 'CUSTOM').map(({ name }) => name))
          .toContain('antiphon.tool.output');
        return { found: 1 };
      });
      await run.reply.text('There is one.');
    });
    const agent = agentOf(make, server, await guest(server.url, 'Ada'), ECHO);
    await run(agent, 'what is there?', events);
    expect(events[0]).toMatchObject({ type: 'RUN_STARTED', threadId: agent.threadId });
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
    expect(ofRole(agent, 'assistant').filter(Boolean)).toEqual(['There is one.']);
    expect(ofRole(agent, 'reasoning')).toEqual(['Let me look.']);
    expect(ofRole(agent, 'tool')).toEqual(['{"found":1}']);
    const [call] = agent.messages.flatMap(({ toolCalls = [] }) => toolCalls);
    expect(JSON.parse(call?.function.arguments ?? '')).toEqual({ where: 'here' });
    expect(all(events, 'ACTIVITY_SNAPSHOT')).toMatchObject([
      { activityType: 'TOOL_PROGRESS', content: { fraction: 0.5, message: 'half way' } },
    ]);
    const [output] = all(events, 'CUSTOM').filter(({ name }) => name === 'antiphon.tool.output');
    expect(output).toMatchObject({ value: { at: 0, text: 'one\n' } });
    expect(bot.errors).toEqual([]);
  });

  test('B5: a thread is one conversation, and another is another', async () => {
    await using server = await serverOfABot();
    await using bot = new SdkBot(server.url, (run) => run.reply.text(`${run.context.length} before`));
    const ada = await guest(server.url, 'Ada');
    const agent = agentOf(make, server, ada, ECHO);
    await run(agent, 'first');
    await run(agent, 'second');
    const again = agentOf(make, server, ada, ECHO);
    await run(again, 'first');
    const [first, second] = ofRole(agent, 'assistant');
    expect(second).not.toBe(first);
    expect(ofRole(again, 'assistant')).toEqual([first]);
    expect(bot.errors).toEqual([]);
  });

  test('F6: a permission is an interrupt, and its answer lets the run go on with other arguments', async () => {
    await using aimock = await Aimock.start([
      {
        match: { userMessage: 'go', hasToolResult: false },
        response: { toolCalls: [{ name: 'echo', arguments: { message: 'delete everything' } }] },
      },
      { match: { userMessage: 'go', hasToolResult: true }, response: { content: 'So be it.' } },
    ]);
    const mcp_servers = [{ name: 'everything', ...everythingOnStdio() }];
    const held = { echo: { approval: 'always' } };
    await using server = await antiphon([modelBot(aimock, {}, { mcp_servers, tools: held })]);
    const agent = agentOf(make, server, await guest(server.url, 'Ada'), 'helper');
    const asked = await run(agent, 'go');
    const outcome = asked.at(-1)?.['outcome'] as { type: string; interrupts: { id: string }[] };
    expect(outcome).toMatchObject({
      type: 'interrupt',
      interrupts: [{ reason: 'tool_call', responseSchema: { required: ['approved'] } }],
    });
    const payload = { approved: true, editedArgs: { message: 'delete nothing' } };
    const answer = { interruptId: outcome.interrupts[0]?.id, status: 'resolved', payload };
    const events = await run(agent, { resume: [answer] });
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
    expect(ofRole(agent, 'tool')).toEqual(['Echo: delete nothing']);
    expect(ofRole(agent, 'assistant').filter(Boolean)).toEqual(['So be it.']);
    // What the client held was not told again.
    expect(all(events, 'TOOL_CALL_START')).toEqual([]);
    expect(agent.messages.flatMap(({ toolCalls = [] }) => toolCalls)).toHaveLength(1);
  });

  test('F4: a stop from elsewhere ends the run as the version knows it, and failing is an error', async () => {
    await using server = await serverOfABot();
    await using bot = new SdkBot(server.url, async (run) => {
      if (run.text === 'fail') throw new Error('no way');
      await run.reply.text('I am at it');
      await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
    });
    const ada = await guest(server.url, 'Ada');
    const agent = agentOf(make, server, ada, ECHO);
    const events: Heard[] = [];
    const answer = run(agent, 'work', events);
    await expect.poll(() => ofRole(agent, 'assistant')).toEqual(['I am at it']);
    const begun = all(events, 'CUSTOM').find(({ name }) => name === 'antiphon.run');
    const at = begun?.['value'] as { room: string; run: string };
    await rest(server.url, ada, `/rooms/${at.room}/cancel`, { run: at.run });
    const last = (await answer).at(-1);
    if (version === '1.0.0') {
      expect(last).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
    } else {
      expect(last).toMatchObject({ type: 'RUN_ERROR', code: 'cancelled' });
    }
    expect((await run(agent, 'fail')).at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'failed' });
    await expect.poll(() => bot.errors).toMatchObject([{ message: 'no way' }]);
  });
});
