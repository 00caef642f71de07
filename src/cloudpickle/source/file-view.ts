/**
 * What resolution asks of the file system: as it is now, or as packing has noted it down so that it can see what changed.
 */
import { realpathSync, statSync } from 'node:fs'
import { readPackageJson, type ReadPackageJson } from './package-json.ts'

export interface FileView {
  isFile(path: string): boolean
  isDirectory(path: string): boolean
  /** `path` exists. */
  realPath(path: string): string
  readonly packageJson: ReadPackageJson
}

/** The disk as it is now. */
export const liveFiles: FileView = {
  isFile: path => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
  isDirectory: path => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  realPath: path => realpathSync.native(path),
  packageJson: readPackageJson,
}
