/** A native dialog: the browser keeps the focus inside; Esc and a click outside close it, and the focus goes back. */
import { useEffect, useRef, useState, type ReactNode } from 'react';

interface DialogProps {
  readonly label: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Dialog({ label, className, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Looked at before anything in the dialog takes the focus, which is before the browser is told that it is one.
  const [opener] = useState(openerNow);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      opener?.focus({ preventScroll: true });
    };
  }, [opener]);
  return (
    <dialog
      ref={dialog}
      className={`ap-dialog ${className ?? ''}`}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === event.currentTarget && onClose()}
    >
      {children}
    </dialog>
  );
}

/** What had the focus before the first of the dialogs that follow each other. */
let lastOpener: HTMLElement | undefined;

function openerNow(): HTMLElement | undefined {
  const active = document.activeElement;
  if (active instanceof HTMLElement && !active.closest('dialog')) lastOpener = active;
  return lastOpener;
}
