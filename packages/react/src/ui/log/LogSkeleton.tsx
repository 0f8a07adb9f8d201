/** Three rows in the true geometry; they appear late, so that quick rooms never show them. */
const WIDTHS = [
  ['46%', '78%'],
  ['30%', '64%', '52%'],
  ['38%', '71%'],
];

export function LogSkeleton() {
  return (
    <div className="ap-log-skeleton" role="status">
      <span className="ap-unseen">Loading messages</span>
      {WIDTHS.map((lines) => (
        <div key={lines.join()} className="ap-row" aria-hidden="true">
          <span className="ap-skeleton-face" />
          {lines.map((width, index) => (
            <span
              key={width}
              className="ap-skeleton-line"
              style={{ inlineSize: index === 0 ? 120 : width }}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
