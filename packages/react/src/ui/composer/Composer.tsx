/** Where one writes: grows with the text, completes mentions, sends with Enter, and stops an agent that is answering. */
import { ArrowUp, Square } from 'lucide-react';
import { useEffect, useId, useRef, type KeyboardEvent } from 'react';
import { isEnter } from '../../enter.ts';
import { cx } from '../controls/cx.ts';
import { useReadable, useRoomView } from '../view/hooks.ts';
import { useDrafting, useDraftingControl } from './drafting.ts';
import { DraftingBar } from './DraftingBar.tsx';
import { lastOwn } from './last-own.ts';
import { MentionMenu } from './MentionMenu.tsx';
import { useBlocked } from './use-blocked.ts';
import { useMentions } from './use-mentions.ts';
import { useStop } from './use-stop.ts';
import { useWriting } from './use-writing.ts';

export interface ComposerProps {
  readonly className?: string | undefined;
  /** What the empty field says. */
  readonly placeholder?: string | undefined;
  /** Takes the focus when it appears. */
  readonly autoFocus?: boolean | undefined;
}

export function Composer({ className, placeholder, autoFocus = false }: ComposerProps) {
  const drafting = useDrafting();
  const control = useDraftingControl();
  const blocked = useBlocked();
  const room = useRoomView();
  const info = useReadable(room.info);
  const members = useReadable(room.members);
  const field = useRef<HTMLTextAreaElement>(null);
  const menuId = useId();
  const writing = useWriting(room, drafting, control);
  const stop = useStop(room);
  const caretTo = useRef<number | null>(null);
  const mentions = useMentions(
    members.map((member) => member.user),
    writing.text,
    (text, caret) => {
      caretTo.current = caret;
      writing.setText(text);
    },
  );

  useEffect(() => {
    if (caretTo.current === null) return;
    field.current?.setSelectionRange(caretTo.current, caretTo.current);
    caretTo.current = null;
  }, [writing.text]);
  const waited = useRef(drafting);
  useEffect(() => {
    if (!autoFocus && waited.current === drafting) return;
    // By touch the keyboard would cover what was just tapped on.
    if (drafting.mode !== 'new' || !matchMedia('(pointer: coarse)').matches) field.current?.focus();
  }, [drafting, autoFocus]);

  const send = (): void => {
    if (blocked === undefined && writing.send()) mentions.close();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing || mentions.onKey(event)) return;
    if (isEnter(event)) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape') {
      if (drafting.mode === 'new') stop.escape();
      else control.reset();
    } else if (event.key === 'ArrowUp' && writing.text === '' && drafting.mode === 'new') {
      const own = lastOwn(room);
      if (!own) return;
      event.preventDefault();
      control.edit(own);
    }
  };

  const closed = info.state === 'denied' ? 'You are not in this room.' : info.readOnly;
  if (closed)
    return <p className={cx('ap-composer-closed', className)} data-state="closed" children={closed} />;
  const name = placeholder ?? `Write to ${info.name}${info.kind === 'group' ? '. @ calls an agent' : ''}`;
  return (
    <form
      className={cx('ap-composer', className)}
      data-state={blocked === undefined ? (writing.text.trim() === '' ? 'empty' : 'ready') : 'blocked'}
      data-mode={drafting.mode}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {mentions.open && (
        <MentionMenu id={menuId} users={mentions.users} active={mentions.active} onPick={mentions.pick} />
      )}
      {blocked !== undefined && (
        <p id={`${menuId}-blocked`} className="ap-composer-blocked" children={blocked} />
      )}
      <DraftingBar drafting={drafting} onCancel={control.reset} />
      <div className="ap-composer-line">
        <div className="ap-composer-grow" data-text={writing.text}>
          <textarea
            ref={field}
            rows={1}
            value={writing.text}
            placeholder={blocked === undefined ? name : ''}
            readOnly={blocked !== undefined}
            aria-label={`Message to ${info.name}`}
            aria-describedby={blocked === undefined ? undefined : `${menuId}-blocked`}
            aria-controls={mentions.open ? menuId : undefined}
            aria-activedescendant={mentions.open ? `${menuId}-${mentions.active}` : undefined}
            aria-autocomplete="list"
            enterKeyHint="send"
            onChange={({ target }) => {
              writing.setText(target.value);
              mentions.look(target.value, target.selectionStart);
              if (target.value !== '') room.keystroke();
            }}
            onSelect={({ currentTarget }) => mentions.look(currentTarget.value, currentTarget.selectionStart)}
            onBlur={mentions.close}
            onKeyDown={onKeyDown}
          />
        </div>
        {stop.work && (
          <button
            type="button"
            className="ap-composer-button"
            data-look="stop"
            aria-label={`Stop ${stop.work.user.name}`}
            title={`Stop ${stop.work.user.name}`}
            onClick={() => {
              stop.now();
              field.current?.focus();
            }}
          >
            <Square aria-hidden="true" />
          </button>
        )}
        {(!stop.work || writing.text.trim() !== '') && (
          <button
            type="submit"
            className="ap-composer-button"
            aria-label={drafting.mode === 'edit' ? 'Save' : 'Send'}
            disabled={writing.text.trim() === '' || blocked !== undefined}
          >
            <ArrowUp aria-hidden="true" />
          </button>
        )}
      </div>
      {stop.hint && (
        <p className="ap-composer-hint" role="status">
          Press Esc again to stop {stop.work?.user.name}
        </p>
      )}
    </form>
  );
}
