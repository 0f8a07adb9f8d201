/** Users as the page shows them, made once for each picture that the SDK has of them. */
import type { User } from '@antiphon/client';
import type { UserView } from '../view/model.ts';

const views = new WeakMap<User, UserView>();

/** A user; the same object for the same object. */
export function userView(user: User): UserView {
  let view = views.get(user);
  if (!view) {
    const { id, name, kind, avatar } = user;
    view = { id, name, kind, ...(avatar === undefined ? {} : { avatarUrl: avatar }) };
    views.set(user, view);
  }
  return view;
}

const strangers = new Map<string, UserView>();

/** Someone of whom only the id is known yet; the same object for the same id. */
export function unknownUser(id: string): UserView {
  let view = strangers.get(id);
  if (!view) {
    view = { id, name: 'Someone', kind: 'person' };
    strangers.set(id, view);
  }
  return view;
}
