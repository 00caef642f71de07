/**
 * A function in a TypeScript package of 200 modules: pickled, loaded, and the whole way from the start of one process to a call
 * in another.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { figuresOf, lifetimeOf, runProgram, tsx, type Start } from '../harness/processes.ts'
import type { Figures, Row, Suite } from '../harness/suite.ts'
import { GeneratedPackage } from '../project/package.ts'
import { sample } from '../project/sample.mjs'

/** Runs `program` on a package of its own, so that nothing has been compiled or cached before. */
async function withPackage(program: (project: GeneratedPackage) => Promise<Figures>): Promise<Figures> {
  const project = new GeneratedPackage()
  try {
    return await program(project)
  } finally {
    project.remove()
  }
}

/** `loads` in fresh processes, the first of which finds an empty cache; in ms, without the start of the process. */
async function loads(project: GeneratedPackage): Promise<Figures> {
  const pickle = path.join(project.directory, 'score.pkl')
  const env = { MODULEPICKLE_CACHE: project.emptyDirectory() }
  await runProgram('send.mjs', { args: [project.sources, pickle] })
  const load = async (): Promise<number> => Number(await runProgram('receive.mjs', { args: [pickle], env }))
  return { 'loads, empty cache': await load(), 'loads, full cache': await load() }
}

async function importCompiled({ compiled }: GeneratedPackage): Promise<Figures> {
  const args = [path.join(compiled, 'modules', 'module000.js')]
  return { 'import, compiled': Number(await runProgram('direct.mjs', { args })) }
}

/** From the start of the sender to the end of the receiver. The sender runs TypeScript by tsx, too. */
async function wholeWay(project: GeneratedPackage): Promise<Figures> {
  const pickle = path.join(project.directory, 'score.pkl')
  const env = { MODULEPICKLE_CACHE: project.emptyDirectory(), TMPDIR: project.emptyDirectory() }
  const send = (): Promise<number> => lifetimeOf('send.mjs', { args: [project.sources, pickle], env, node: tsx })
  const receive = (): Promise<number> => lifetimeOf('receive.mjs', { args: [pickle], env })
  const cold = { send: await send(), receive: await receive() }
  const warm = { send: await send(), receive: await receive() }
  editOneLine(project)
  const edited = { send: await send(), receive: await receive() }
  return {
    'both ends, cold': cold.send + cold.receive,
    'both ends, warm': warm.send + warm.receive,
    'both ends, edited': edited.send + edited.receive,
    'receiver, cold': cold.receive,
    'receiver, warm': warm.receive,
    'receiver, edited': edited.receive,
  }
}

function underTsx(project: GeneratedPackage): Promise<Figures> {
  return lifetimes('tsx', project, 'direct.mjs', { args: [firstModule(project)], node: tsx })
}

function firstModule({ sources }: GeneratedPackage): string {
  return path.join(sources, 'modules', 'module000.ts')
}

/** One program that calls the function in a worker, from its start to its end; nobody has imported the package for it. */
function commandLine(project: GeneratedPackage): Promise<Figures> {
  const args = ['run', `${firstModule(project)}#score`, '--', JSON.stringify(sample)]
  return lifetimes('run', project, '../../dist/cli/main.js', { args })
}

/** A program that imports the package, for which its types are stripped, and calls the function in a worker. */
function importing(name: string, node: readonly string[]) {
  return (project: GeneratedPackage): Promise<Figures> =>
    lifetimes(name, project, 'call.mjs', { args: [firstModule(project)], node })
}

/** From the start to the end of a program: with nothing cached anywhere, again, and after an edit. */
async function lifetimes(name: string, project: GeneratedPackage, program: string, start: Start): Promise<Figures> {
  const env = { MODULEPICKLE_CACHE: project.emptyDirectory(), TMPDIR: project.emptyDirectory() }
  const run = (): Promise<number> => lifetimeOf(program, { ...start, env })
  const cold = await run()
  const warm = await run()
  editOneLine(project)
  return { [`${name}, cold`]: cold, [`${name}, warm`]: warm, [`${name}, edited`]: await run() }
}

function editOneLine({ sources }: GeneratedPackage): void {
  const file = path.join(sources, 'modules', 'module137.ts')
  writeFileSync(file, readFileSync(file, 'utf8').replace('version: number = 1', 'version: number = 2'))
}

function besideTsx(measured: string, name: string): Row[] {
  return ['cold', 'warm', 'edited'].map(state => ({
    measured: `${measured}: ${state}`,
    ours: `${name}, ${state}`,
    peer: '`node --import tsx`',
    theirs: `tsx, ${state}`,
  }))
}

export const packageSuite: Suite = {
  name: 'package',
  rounds: 5,
  programs: [
    () => withPackage(({ sources }) => figuresOf('package-dumps.ts', { args: [sources] })),
    () => withPackage(({ sources }) => figuresOf('package-pulumi.ts', { args: [sources] })),
    () => withPackage(loads),
    () => withPackage(importCompiled),
    () => withPackage(wholeWay),
    () => withPackage(underTsx),
    () => withPackage(commandLine),
    () => withPackage(importing('stripped', [])),
    () => withPackage(importing('under tsx', tsx)),
  ],
  rows: [
    {
      measured: '`dumps`, first in its process',
      ours: 'first dumps',
      peer: 'Pulumi `serializeFunction`',
      theirs: 'first serializeFunction',
      sizes: { ours: 'dumps bytes', theirs: 'serializeFunction bytes' },
    },
    {
      measured: '`dumps`, nothing changed',
      ours: 'unchanged dumps',
      peer: 'Pulumi `serializeFunction`, second',
      theirs: 'second serializeFunction',
    },
    {
      measured: '`dumps`, nothing changed',
      ours: 'unchanged dumps',
      peer: 'one `statSync` a file',
      theirs: 'stat of each file',
    },
    {
      measured: '`dumps` after a one-line edit',
      ours: 'dumps after an edit',
      peer: 'reading all files and SHA-256',
      theirs: 'hash of each file',
    },
    {
      measured: '`loads`, fresh process, empty cache',
      ours: 'loads, empty cache',
      peer: '`import()`, compiled beforehand',
      theirs: 'import, compiled',
    },
    {
      measured: '`loads`, fresh process, full cache',
      ours: 'loads, full cache',
      peer: '`import()`, compiled beforehand',
      theirs: 'import, compiled',
    },
    ...besideTsx('`modulepickle run`', 'run'),
    ...besideTsx('`connect`, `import`, `run`, by Node alone', 'stripped'),
    ...besideTsx('`connect`, `import`, `run`, under tsx', 'under tsx'),
    ...['cold', 'warm', 'edited'].map(state => ({
      measured: `start, \`dumps\`, start, \`loads\`, call: ${state}`,
      ours: `both ends, ${state}`,
      peer: '`node --import tsx`',
      theirs: `tsx, ${state}`,
    })),
    ...['cold', 'warm', 'edited'].map(state => ({
      measured: `start, \`loads\`, call: ${state}`,
      ours: `receiver, ${state}`,
      peer: '`node --import tsx`',
      theirs: `tsx, ${state}`,
    })),
  ],
}
