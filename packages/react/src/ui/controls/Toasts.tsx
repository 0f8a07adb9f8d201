/** Failures that belong to no place on the page, shown briefly in a corner and said aloud. */
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useAnnounce } from '../a11y/announce.ts';
import { useChatView } from '../view/hooks.ts';
import type { NoticeView } from '../view/model.ts';
import { IconButton } from './Button.tsx';

const SHOWN_MS = 8000;
/** More at once would only hide each other. */
const MOST = 3;

interface Toast extends NoticeView {
  readonly id: number;
}

let lastId = 0;

interface ToastsProps {
  /** Leaves out what is about other rooms. */
  readonly room?: string | undefined;
}

export function Toasts({ room }: ToastsProps) {
  const chat = useChatView();
  const announce = useAnnounce();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const drop = (id: number): void => setToasts((list) => list.filter((toast) => toast.id !== id));
  useEffect(
    () =>
      chat.onNotice((notice) => {
        if (room !== undefined && notice.room !== undefined && notice.room !== room) return;
        lastId += 1;
        const toast = { ...notice, id: lastId };
        setToasts((list) => [...list.filter((old) => old.title !== notice.title), toast].slice(-MOST));
        announce([notice.title, notice.detail].filter(Boolean).join(' '), 'assertive');
      }),
    [chat, announce, room],
  );
  return (
    <section className="ap-toasts" aria-label="Notices">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} onClose={() => drop(toast.id)} />
      ))}
    </section>
  );
}

function ToastCard({ toast, onClose }: { toast: Toast; onClose: () => void }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(onClose, SHOWN_MS);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the clock starts when it appears or is let go
  }, [held]);
  return (
    <div className="ap-toast" onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)}>
      <div>
        <p>{toast.title}</p>
        {toast.detail && <p className="ap-toast-detail">{toast.detail}</p>}
      </div>
      <IconButton label="Dismiss" onClick={onClose}>
        <X aria-hidden="true" />
      </IconButton>
    </div>
  );
}
