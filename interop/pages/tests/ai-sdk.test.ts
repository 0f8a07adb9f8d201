// Stock `Chat` of the AI SDK, versions 5 to 7, on every way into a room: what a person sees there (A3, B4, B7, F4, F6).
import { guest, rest as ask, wholeLog, type Guest } from '@antiphon/e2e/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BOT, Stage } from '../src/actor.ts';
import { answer, rest, tools, words } from '../src/chats.ts';
import { DOORS, type Door, type Page } from '../src/doors.ts';

let stage: Stage;
let mara: Guest;

beforeAll(async () => {
  stage = await Stage.start();
  mara = await guest(stage.server.url, 'Mara');
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

const open = ({ open: enter }: Door): Promise<Page> => enter(stage.server.url, mara, BOT);

/** The states that runs of this page's room came to. */
async function endings(page: Page): Promise<unknown[]> {
  const log = await wholeLog(stage.server.url, mara, roomOf(page));
  return log.flatMap((entry) =>
    entry.type === 'run_changed' && entry['ended_at'] !== undefined ? [entry['state']] : [],
  );
}

function roomOf({ chat }: Page): string {
  const told = answer(chat) as { metadata?: { antiphon?: { room?: string } } } | undefined;
  const room = told?.metadata?.antiphon?.room;
  if (room === undefined) throw new Error('the answer does not tell its room');
  return room;
}

describe.for(DOORS)('$name', (door) => {
  test('B7: text, reasoning, a tool with its progress, data and a file', async () => {
    await using page = await open(door);
    await page.chat.sendMessage({ text: 'everything' });
    await rest(page.chat);
    expect(page.chat.error).toBeUndefined();
    const told = answer(page.chat);
    expect(told?.parts.map(({ type }) => type)).toEqual([
      'reasoning',
      'text',
      'dynamic-tool',
      'data-weather',
      'file',
      'text',
    ]);
    expect(told?.parts[0]?.text).toBe('Hm. Yes.');
    expect(words(told)).toBe('Let me count. Two.');
    expect(tools(told)).toMatchObject([
      { toolName: 'count', state: 'output-available', input: { to: 2 }, output: { counted: 2 } },
    ]);
    const progress = page.chat.pictures
      .flatMap((picture) => tools(picture))
      .find(({ preliminary }) => preliminary);
    expect(progress?.output).toMatchObject({ progress: { fraction: 0.5, message: 'half way' } });
    expect(page.data).toContainEqual(expect.objectContaining({ type: 'data-antiphon-run' }));
    // It grew: no picture has lost a word of the one before it.
    const texts = page.chat.pictures.filter(({ id }) => id === told?.id).map(words);
    expect(texts.every((text, at) => text.startsWith(texts[at - 1] ?? ''))).toBe(true);
    expect(await endings(page)).toEqual(['completed']);
  });

  test('F4: a stop reaches the run', async () => {
    await using page = await open(door);
    const gate = stage.gate();
    const asked = page.chat.sendMessage({ text: 'slowly' });
    await gate.reached;
    await expect.poll(() => words(answer(page.chat))).toBe('One, ');
    await page.stop();
    await asked;
    expect(page.chat.status).toBe('ready');
    await expect.poll(() => endings(page)).toEqual(['cancelled']);
    expect(words(answer(page.chat))).toBe('One, ');
  });

  test('what goes wrong is told in words', async () => {
    await using page = await open(door);
    await page.chat.sendMessage({ text: 'fail' });
    await rest(page.chat);
    expect(page.chat.error?.message).toContain('the model is gone');
  });

  test('what was asked is asked again, and what was edited is said anew', async () => {
    await using page = await open(door);
    await page.chat.sendMessage({ text: 'hello' });
    const first = answer(page.chat)?.id;
    await page.chat.regenerate();
    expect(words(answer(page.chat))).toBe('You said: hello');
    expect(answer(page.chat)?.id).not.toBe(first);
    const said = page.chat.messages.find(({ role }) => role === 'user');
    await page.chat.sendMessage({ text: 'goodbye', messageId: said?.id ?? '' });
    expect(page.chat.error).toBeUndefined();
    expect(words(answer(page.chat))).toBe('You said: goodbye');
    expect(page.chat.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
  });

  test('B4: another page in the same chat sees the answer from its beginning, once', async () => {
    await using page = await open(door);
    const gate = stage.gate();
    const asked = page.chat.sendMessage({ text: 'slowly' });
    await gate.reached;
    await expect.poll(() => words(answer(page.chat))).toBe('One, ');
    await using other = await page.again(structuredClone(page.chat.messages));
    const resumed = other.chat.resumeStream();
    await expect.poll(() => words(answer(other.chat))).toBe('One, ');
    gate.open();
    await Promise.all([asked, resumed]);
    for (const { chat } of [page, other]) {
      expect(words(answer(chat))).toBe('One, two, three.');
      expect(chat.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    }
    expect(answer(other.chat)?.id).toBe(answer(page.chat)?.id);
  });

  test('a page with nothing under way is at rest at once', async () => {
    await using page = await open(door);
    await page.chat.resumeStream();
    expect([page.chat.status, page.chat.messages]).toEqual(['ready', []]);
  });

  test.skipIf(door.version < 6)('F6: a person allows a tool, or does not', async () => {
    for (const approved of [true, false]) {
      await using page = await open(door);
      await page.chat.sendMessage({ text: 'may you delete it?' });
      await rest(page.chat);
      const [call] = tools(answer(page.chat));
      expect(call).toMatchObject({ state: 'approval-requested', input: { path: 'a' } });
      await page.chat.addToolApprovalResponse({ id: call?.approval?.id ?? '', approved, reason: 'because' });
      await expect
        .poll(() => words(answer(page.chat)))
        .toBe(`Let me see. ${approved ? 'It is deleted.' : 'Then not.'}`);
      await rest(page.chat);
      expect(tools(answer(page.chat))).toMatchObject([
        approved ? { state: 'output-available', output: 'deleted' } : { state: 'output-denied' },
      ]);
      expect(page.chat.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
      expect(await endings(page)).toEqual(['completed']);
    }
  });

  test.runIf(door.version === 5)(
    'F6: where the SDK cannot ask, the question is data, and is answered over REST',
    async () => {
      await using page = await open(door);
      const asked = page.chat.sendMessage({ text: 'may you delete it?' });
      const question = () => answer(page.chat)?.parts.find(({ type }) => type === 'data-antiphon-approval');
      await expect.poll(question).toBeDefined();
      const { id } = question()?.data as { id: string };
      await ask(stage.server.url, mara, `/rooms/${roomOf(page)}/approvals/${id}`, { action: 'approve' });
      await asked;
      expect(words(answer(page.chat))).toBe('Let me see. It is deleted.');
      expect(question()?.data).toMatchObject({ decision: { action: 'approve' } });
    },
  );
});
