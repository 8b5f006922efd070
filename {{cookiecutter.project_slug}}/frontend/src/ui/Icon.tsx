/**
 * A small picture next to a button's text, or instead of it. Screen readers skip it.
 *
 * `path` is drawn in a square of 24 units, in the color of the text.
 */
export function Icon({ path }: { path: string }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
