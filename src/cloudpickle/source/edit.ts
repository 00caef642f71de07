/**
 * Changes to a text by position, as capture makes them to functions and packing to modules.
 */

/** A replacement for [start, end) of a text; an insertion where both are equal. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** `text` from `from` to `to`, with `edits`, which do not overlap. Inserts before what is replaced at the same place. */
export function applyEdits(text: string, edits: readonly Edit[], from = 0, to = text.length): string {
  let edited = ''
  let at = from
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    edited += text.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return edited + text.slice(at, to)
}

/** Whether a part of the text lies in what one of `edits` replaces. */
export function isInside(edits: readonly Edit[], { start, end }: { start: number; end: number }): boolean {
  return edits.some(edit => edit.start <= start && end <= edit.end)
}
