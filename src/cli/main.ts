#!/usr/bin/env node
/**
 * The command line: finds the command, has it do its work, and says in one line what went wrong.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isModulePickleError, ModulePickleError } from '../errors.ts'
import { packageDirectory } from '../executors/own-package.ts'
import { UsageError, type Command } from './command.ts'
import { commands } from './commands/index.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { helpOf, overview } from './help.ts'
import { parse } from './parse.ts'
import { suggestion } from './suggest.ts'
import { Terminal } from './terminal.ts'

const terminal = new Terminal()
const running = main(process.argv.slice(2)).finally(() => process.off('beforeExit', endUnsettled))
process.once('beforeExit', endUnsettled)
void running.then(code => (process.exitCode = terminal.end(code)))

async function main([name, ...args]: readonly string[]): Promise<ExitCode> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return help(args[0])
  if (name === '--version') {
    terminal.out(`${packageVersion()}\n`)
    return exitCodes.ok
  }
  const command = find(name)
  if (!command) return exitCodes.usage
  const end = args.indexOf('--')
  const own = end < 0 ? args : args.slice(0, end)
  if (own.includes('--help') || own.includes('-h')) return help(name)
  try {
    return await command.run(parse(command, args), terminal)
  } catch (error) {
    terminal.doing(undefined)
    return failed(error, command, own.includes('--verbose'))
  }
}

/** Nothing is left that could settle what the command waits for. */
function endUnsettled(): void {
  const [name = ''] = process.argv.slice(2)
  const message = 'The function waits for something that never comes: nothing is left to do in this process.'
  const command = find(name)
  if (command) process.exitCode = failed(new ModulePickleError('ERR_CALL_UNSETTLED', message), command, false)
}

function help(name: string | undefined): ExitCode {
  const command = name === undefined ? undefined : find(name)
  if (name !== undefined && !command) return exitCodes.usage
  terminal.out(command ? helpOf(command) : overview(commands))
  return exitCodes.ok
}

function find(name: string): Command | undefined {
  const command = commands.find(each => each.name === name)
  if (command) return command
  const names = commands.map(each => each.name)
  const meant = suggestion(name, names) || ` There is ${names.join(', ')}.`
  terminal.note(`modulepickle: ${name} is no command.${meant}\n`)
  return undefined
}

function failed(error: unknown, { name, usage }: Command, isVerbose: boolean): ExitCode {
  if (error instanceof UsageError) {
    terminal.note(`modulepickle ${name}: ${error.message}\nUsage: modulepickle ${name} ${usage}\n`)
    return exitCodes.usage
  }
  const { message } = error instanceof Error ? error : new Error(String(error))
  const code = isModulePickleError(error) ? `${error.code}: ` : ''
  terminal.note(`modulepickle ${name}: ${code}${message}\n`)
  if (isVerbose) terminal.note(`${terminal.thrown(error)}\n`)
  return isModulePickleError(error, 'ERR_NOT_A_FUNCTION') ? exitCodes.usage : exitCodes.failed
}

function packageVersion(): string {
  const file = path.join(packageDirectory, 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version
}
