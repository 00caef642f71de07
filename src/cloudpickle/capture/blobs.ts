/**
 * Blob and File, whose bytes the platform gives by promises alone. Node's own reader of a blob that is in memory gives them at once;
 * it hangs on a symbol of the blob.
 *
 * Input: such a live value. Output: the reduction that makes it again, or undefined for what is not genuine. A blob whose bytes would
 * have to be waited for is refused. The counterpart is revive/web-objects.ts.
 */
import { ModulePickleError } from '../../errors.ts'
import { Global, Tuple, type InnerReduction } from '../../pickle/index.ts'

/** Node's, the same from Node 20 to 26. */
interface BlobHandle {
  getReader(): {
    /** Status 1 brings the next bytes, 0 is the end, below is an error. */
    pull(callback: (status: number, bytes: ArrayBuffer | undefined) => void): void
  }
}

/** @throws ModulePickleError ERR_UNPICKLABLE */
export function blobReduction(value: object, intrinsic: 'Blob' | 'File'): InnerReduction | undefined {
  const handle = handleOf(value)
  if (!handle) return undefined
  const of = (cls: typeof Blob | typeof File, key: string): unknown =>
    Object.getOwnPropertyDescriptor(cls.prototype, key)?.get?.call(value)
  const bytes = bytesOf(handle)
  if (bytes?.byteLength !== of(Blob, 'size')) {
    throw new ModulePickleError(
      'ERR_UNPICKLABLE',
      `a ${intrinsic} that is not in memory cannot be pickled. Pass what its arrayBuffer() resolves to.`,
    )
  }
  const ignores = (key: string | symbol): boolean => typeof key === 'symbol'
  const parts = [bytes, of(Blob, 'type')]
  if (intrinsic === 'File') parts.push(of(File, 'name'), of(File, 'lastModified'))
  return { callee: new Global('cloudpickle', intrinsic), args: [new Tuple(parts)], ignores }
}

function handleOf(value: object): BlobHandle | undefined {
  const key = Object.getOwnPropertySymbols(value).find(({ description }) => description === 'kHandle')
  const handle: unknown = key && Object.getOwnPropertyDescriptor(value, key)?.value
  const isReadable = typeof (handle as Partial<BlobHandle> | undefined)?.getReader === 'function'
  return isReadable ? (handle as BlobHandle) : undefined
}

/** undefined where they do not come at once. */
function bytesOf(handle: BlobHandle): Uint8Array | undefined {
  const reader = handle.getReader()
  const pieces: Uint8Array[] = []
  let status = 1
  while (status > 0) {
    status = -1
    reader.pull((now, bytes) => {
      status = now
      if (bytes) pieces.push(new Uint8Array(bytes))
    })
  }
  return status === 0 ? new Uint8Array(Buffer.concat(pieces)) : undefined
}
