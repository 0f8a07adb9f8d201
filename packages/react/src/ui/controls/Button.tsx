/** Buttons: one filled verb per place, the others quiet. */
import type { ComponentProps } from 'react';

type ButtonProps = ComponentProps<'button'> & { look?: 'filled' | 'outline' | 'quiet' | 'danger' };

export function Button({ look = 'outline', className, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={`ap-button ${className ?? ''}`} data-look={look} {...rest} />;
}

/** A square button with a picture; its label is both its name and its tooltip. */
export function IconButton({
  label,
  className,
  type = 'button',
  ...rest
}: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      type={type}
      className={`ap-icon-button ${className ?? ''}`}
      aria-label={label}
      title={label}
      {...rest}
    />
  );
}
