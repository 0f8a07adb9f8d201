/** The page: signed out it asks for a name, signed in it shows rooms. */
import { lazy, Suspense } from 'react';
import { Announcer, ChatViewContext, Mark, Toasts, useReadable, useSelected } from '@antiphon/react/ui/kit';
import { PageContext, type PageView, usePage } from '../page/page.ts';
import './app.css';
import { Shell } from './Shell.tsx';

/** Who was here before does not come to the door again. */
const SignIn = lazy(() => import('../sign-in/SignIn.tsx').then(({ SignIn: form }) => ({ default: form })));

export function App({ page }: { page: PageView }) {
  const me = useSelected(page.session, (session) => (session.state === 'signed_in' ? session.me.id : ''));
  return (
    <PageContext value={page}>
      <ChatViewContext value={page.chat}>
        {/* What was said aloud to one user stays in the page's live regions; the next one gets new ones. */}
        <Announcer key={me}>
          <Inside />
          <Toasts />
        </Announcer>
      </ChatViewContext>
    </PageContext>
  );
}

function Inside() {
  const session = useReadable(usePage().session);
  switch (session.state) {
    case 'restoring':
      return <Opening />;
    case 'signed_out':
      return (
        <Suspense fallback={<Opening />}>
          <SignIn guests={session.guests} reason={session.reason} />
        </Suspense>
      );
    case 'signed_in':
      return <Shell me={session.me} />;
  }
}

function Opening() {
  return (
    <main className="restoring">
      <Mark size={36} />
      <h1 className="ap-unseen">Antiphon</h1>
      <p className="ap-unseen" role="status">
        Opening
      </p>
    </main>
  );
}
