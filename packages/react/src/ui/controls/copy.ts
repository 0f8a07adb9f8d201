/** Puts text on the clipboard; on plain HTTP, where the clipboard API is missing, through a hidden field. */
export async function copyText(text: string): Promise<boolean> {
  // The type says that it is always there; on http:// it is not.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      // Refused by a permission: the old way may still work.
    }
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'ap-unseen';
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without a secure context
  const done = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
