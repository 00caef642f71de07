/** The commands, in the order in which help lists them. */
import type { Command } from '../command.ts'
import { cache } from './cache.ts'
import { exec } from './exec.ts'
import { explain } from './explain.ts'
import { inspect } from './inspect.ts'
import { key } from './key.ts'
import { pack } from './pack.ts'
import { run } from './run.ts'
import { test } from './test.ts'

export const commands: readonly Command[] = [run, test, pack, exec, inspect, explain, cache, key]
