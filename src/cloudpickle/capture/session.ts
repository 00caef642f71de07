/**
 * The one inspector session of this process, and the scripts that it has shown so far. Both ends read live functions through it.
 */
import { pathToFileURL } from 'node:url'
import { Inspector } from './inspector.ts'
import { LoadedScripts } from './loaded-script.ts'

export interface Session {
  readonly inspector: Inspector
  readonly scripts: LoadedScripts
}

let session: Session | undefined

/** @throws ModulePickleError ERR_INSPECTOR_UNAVAILABLE */
export function openSession(): Session {
  if (!session) {
    const inspector = new Inspector()
    session = { inspector, scripts: new LoadedScripts(inspector) }
  }
  return session
}

/** The text that V8 has of a file; undefined where that has not been seen. */
export function loadedText(file: string): string | undefined {
  const inspector = session?.inspector
  return inspector?.debugging.sourceOfUrl(pathToFileURL(file).href) ?? inspector?.debugging.sourceOfUrl(file)
}
