/** B3, D7, E5: the composer keeps what is written, says that one writes, completes names, and sends with Enter. */
import { textOf } from '@antiphon/client';
import { changeMember } from '@antiphon/client/rooms';
import { useLayoutEffect } from 'react';
import { beforeEach, expect, test } from 'vitest';
import { enter } from '../../client/tests/stage.ts';
import { useComposer, type UseComposer } from '../src/composer.ts';
import { ChatProvider } from '../src/index.ts';
import { onStage } from './setting.tsx';

const on = onStage();
let composer: UseComposer;

beforeEach(() => {
  localStorage.clear();
});

function Composer() {
  const own = useComposer(on.at.room);
  useLayoutEffect(() => {
    composer = own;
  });
  return (
    <textarea
      value={own.text}
      onChange={({ target }) => own.setText(target.value)}
      onKeyDown={own.onKeyDown}
    />
  );
}

async function open(): Promise<void> {
  on.at.render(
    <ChatProvider client={on.at.chat}>
      <Composer />
    </ChatProvider>,
  );
  await on.at.until(() => expect(on.at.chat.getRoom(on.at.room)?.state).toBe('joined'));
}

/** Changes something, and lets React show it. */
function change(deed: () => void): void {
  on.at.act(deed);
}

function key(init: KeyboardEventInit): void {
  const field = on.at.page.querySelector('textarea');
  change(() =>
    field?.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init })),
  );
}

test('a draft is kept for each room, and gone when it was sent', async () => {
  await open();
  change(() => composer.setText('half a sent'));
  on.at.render(null);
  await open();
  expect(composer.text).toBe('half a sent');
  expect(composer.canSend).toBe(true);
  change(() => composer.setText('half a sentence'));
  change(() => composer.send());
  expect(composer.text).toBe('');
  expect(composer.canSend).toBe(false);
  const room = await enter(on.at.bob, on.at.room);
  await on.at.until(() => expect(room.messages.map(textOf)).toContain('half a sentence'));
});

test('others see that one writes', async () => {
  const room = await enter(on.at.bob, on.at.room);
  await open();
  change(() => composer.setText('h'));
  await on.at.until(() => expect(room.typing.users).toEqual([on.at.ada.who.user.id]));
});

test('Enter sends, but neither with Shift nor while an input method composes', async () => {
  await open();
  change(() => composer.setText('こん'));
  key({ key: 'Enter', shiftKey: true });
  key({ key: 'Enter', isComposing: true });
  expect(composer.text).toBe('こん');
  key({ key: 'Enter' });
  expect(composer.text).toBe('');
  await on.at.until(() => expect(on.at.chat.getRoom(on.at.room)?.messages.map(textOf)).toEqual(['こん']));
});

test('a name that is being called is completed where the caret is', async () => {
  await open();
  change(() => composer.setText('ask @bo, please', 7));
  expect(composer.mention.users.map(({ name }) => name)).toEqual(['Bob']);
  const [bob] = composer.mention.users;
  let caret = 0;
  change(() => {
    caret = bob ? composer.mention.pick(bob) : -1;
  });
  expect(composer.text).toBe('ask @Bob, please');
  expect(caret).toBe(8);
  expect(composer.mention.users).toEqual([]);
});

test('who may only read is told so', async () => {
  const room = await enter(on.at.bob, on.at.room);
  await open();
  await changeMember(on.at.bob.chat, on.at.room, on.at.ada.who.user.id, 'viewer');
  await on.at.until(() => expect(composer.reason).toContain('read'));
  change(() => composer.setText('nevertheless'));
  expect(composer.canSend).toBe(false);
  change(() => expect(composer.send()).toBeUndefined());
  expect(room.messages).toEqual([]);
});

test('what the composer gives to do it with stays the same', async () => {
  await open();
  const functions = () => {
    const { send, setText, attach, detach, onKeyDown, mention } = composer;
    return [send, setText, attach, detach, onKeyDown, mention.look, mention.pick];
  };
  const before = functions();
  change(() => composer.setText('@b'));
  functions().forEach((one, index) => expect(one).toBe(before[index]));
});
