/** The door: a name is enough where guests are welcome. */
import { useState } from 'react';
import { Button, Mark } from '@antiphon/react/ui/kit';
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
  const [state, setState] = useState<{ busy: boolean; error?: string }>({ busy: false });
  const enter = (): void => {
    setState({ busy: true });
    page.signIn(name.trim()).catch((error: unknown) => {
      setState({
        busy: false,
        error: error instanceof Error ? error.message : 'The server did not answer. Try again.',
      });
    });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== '') enter();
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
      {state.error && (
        <p className="ap-field-error" role="alert">
          {state.error}
        </p>
      )}
      <Button look="filled" type="submit" disabled={name.trim() === '' || state.busy}>
        Come in
      </Button>
      <small>No account is needed. Others see you under this name.</small>
    </form>
  );
}
