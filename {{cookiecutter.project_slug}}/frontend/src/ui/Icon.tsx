/**
 * A small picture beside or in place of a button's text. Screen readers skip it.
 *
 * `path` is drawn in a square of 24 units, as lines of the text's colour.
 */
export function Icon({ path }: { path: string }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
