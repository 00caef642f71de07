/**
 * Removes the containers of senders that were killed, where the engine has not done so already.
 *
 * It ends and removes a container when its sender is gone; one that was made but never started has nothing to end it.
 */
import { debuglog } from 'node:util'
import { stateOfOwner } from '../../snapshot/materialize/process-name.ts'
import { ownerLabel } from './create-body.ts'
import type { Engine } from './engine.ts'

/** Shown with NODE_DEBUG=modulepickle-executors. */
const debug = debuglog('modulepickle-executors')

/** Never throws: what stays is no reason not to work. */
export async function sweepContainers(engine: Engine): Promise<void> {
  try {
    const containers = await engine.listContainers({ all: true, filters: { label: [ownerLabel] } })
    const abandoned = containers.filter(({ Labels }) => stateOfOwner(Labels[ownerLabel] ?? '') === 'gone')
    await Promise.all(abandoned.map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true })))
  } catch (error) {
    debug('abandoned containers cannot be removed: %s', error)
  }
}
