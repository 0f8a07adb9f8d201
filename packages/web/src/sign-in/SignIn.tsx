/** The door: a name is enough where guests are welcome. */
import { useState } from 'react';
import { Button, Mark } from '@antiphon/react/ui/kit';
import { FormError } from '../forms/FormError.tsx';
import { useDeed } from '../forms/use-deed.ts';
import { usePage } from '../page/page.ts';
import './sign-in.css';

const LONGEST_NAME = 60;

export function SignIn({ guests, reason }: { guests: boolean; reason?: string | undefined }) {
  return (
    <main className="sign-in">
      <div className="sign-in-line" aria-hidden="true" />
      <div className="sign-in-card">
        <Mark size={44} />
        <h1>People and agents, in one conversation</h1>
        {reason && <p className="sign-in-reason">{reason}</p>}
        {guests ? (
          <GuestForm />
        ) : (
          <p>Open this page from the product that it belongs to; it brings your account along.</p>
        )}
      </div>
    </main>
  );
}

function GuestForm() {
  const page = usePage();
  const [name, setName] = useState('');
  const { busy, error, run } = useDeed('The server did not answer. Try again.');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') run(() => page.signIn(name.trim()));
      }}
    >
      <label className="ap-field">
        Your name
        <input
          value={name}
          maxLength={LONGEST_NAME}
          autoComplete="nickname"
          autoFocus
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      <FormError error={error} />
      <Button look="filled" type="submit" disabled={name.trim() === '' || busy}>
        Come in
      </Button>
      <small>No account is needed. Others see you under this name.</small>
    </form>
  );
}
