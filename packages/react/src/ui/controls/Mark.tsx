/** The product's mark: a piece of the line with one ring on it. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg
      className="ap-mark"
      width={size}
      height={size}
      viewBox="0 0 32 32"
      aria-hidden="true"
      focusable="false"
    >
      <g fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round">
        <path d="M16 2v7.6M16 22.4V30" />
        <circle cx="16" cy="16" r="6.4" />
      </g>
    </svg>
  );
}
