/**
 * Objects of the web platform, made again; the counterpart of capture/web-objects.ts.
 */

type BlobParts = readonly [bytes: Uint8Array<ArrayBuffer>, type: string]
type EventParts = readonly [type: string, options: Readonly<Record<string, boolean>>]

function makeFormData(entries: readonly (readonly [string, string | File])[]): FormData {
  const data = new FormData()
  for (const [name, entry] of entries) data.append(name, entry)
  return data
}

/** By their names in module `cloudpickle` of a pickle. */
export const webRevivers: Readonly<Record<string, unknown>> = {
  Headers: (entries: [string, string][]) => new Headers(entries),
  FormData: makeFormData,
  Blob: ([bytes, type]: BlobParts) => new Blob([bytes], { type }),
  File: ([bytes, type, name, lastModified]: readonly [...BlobParts, name: string, lastModified: number]) =>
    new File([bytes], name, { type, lastModified }),
  Event: ([type, options]: EventParts) => new Event(type, options),
  CustomEvent: ([type, options, detail]: readonly [...EventParts, unknown]) =>
    new CustomEvent(type, { ...options, detail }),
}
