// Who may stop an agent: not everyone in the room, and whoever may not is told why (F4, D10).
import { expect, test } from 'vitest';
import { antiphon } from '../src/antiphon.ts';
import { account } from '../src/account.ts';
import { Chat } from '../src/chat.ts';

test('F4 D10: a second person cannot stop a run and is told why; who asked for it can', async () => {
  await using server = await antiphon();
  using mara = await Chat.in(server, 'general', account('mara'));
  using tom = await Chat.in(server, 'general', account('tom'));
  const asked = await mara.say('@demo countdown 60');
  const { run } = await tom.runIs(asked, 'executing');
  const denied = await tom.refused('cancel', { run });
  expect(denied).toMatchObject({ code: 'forbidden', retryable: false });
  expect(denied['message']).toMatch(/\w+ \w+/);
  // The denied wish changed nothing: it is still at work.
  expect((await tom.log()).filter(({ type }) => type === 'run_changed').at(-1)).toMatchObject({
    state: 'executing',
  });

  expect(await mara.ask('cancel', { run })).toMatchObject({ accepted: true });
  const end = await tom.runIs(asked, 'cancelled');
  expect(end).toMatchObject({ run, state: 'cancelled' });
  expect(await mara.ask('cancel', { run })).toMatchObject({ accepted: false });
});
