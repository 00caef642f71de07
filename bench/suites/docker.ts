/**
 * Calls in containers, beside what the engine itself takes. Where there is no engine, the rows say so.
 */
import { figuresOf } from '../harness/processes.ts'
import type { Row, Suite } from '../harness/suite.ts'

function beside(measured: string, ours: string, peer: string, theirs: string): Row {
  return { measured, ours, peer, theirs, isOptional: true }
}

const container = 'dockerode: create, put a program in, attach, start, one message, end'
const message = 'dockerode: a message over stdin, and back'
const passed = 'passed on to a second process there'

export const docker: Suite = {
  name: 'docker',
  rounds: 3,
  programs: [() => figuresOf('docker-calls.ts'), () => figuresOf('docker-raw.ts')],
  rows: [
    beside(
      '`connect`, `run`, `close`: a container for one call',
      'docker, one container',
      container,
      'raw, one container',
    ),
    beside(
      '`connect`, `run`, `close`: a container for one call',
      'docker, one container',
      `dockerode: the same, the message ${passed}`,
      'raw, one container, two processes',
    ),
    beside('`remote`, one after the other', 'docker remote', message, 'raw, one message'),
    beside(
      '`remote`, one after the other',
      'docker remote',
      `dockerode: the same, ${passed}`,
      'raw, one message, two processes',
    ),
    beside('`run`, a new closure each time', 'docker run', message, 'raw, one message'),
  ],
}
