/** Takes the focus from a button that will be gone to the message that it stood in, so that keys go on from there. */
export function focusRow(inside: Element | null): void {
  inside?.closest<HTMLElement>('.ap-message-row')?.focus({ preventScroll: true });
}
