/**
 * How a peer is driven, on both ends: each as its own documentation says.
 */

export interface Codec {
  /** What travels, as text. */
  write(value: unknown, name: string): string | Promise<string>
  /** In an object: a promise that travelled is not to be waited for. */
  read(payload: string, name: string): Promise<{ readonly value: unknown }>
}

export async function openCodec(peer: string): Promise<Codec> {
  return ((await import(`./codecs/${peer}.ts`)) as { codec: Codec }).codec
}
