/**
 * Preloaded before a fixture: lists its cases, and runs each check on the live value, which must pass.
 * Reads the file to write to from LIST_FILE.
 */
import { runCheck } from './check.ts'
import { collectCases } from './collect.ts'
import { recorderTo, type ListedCase } from './records.ts'

const record = recorderTo<ListedCase>(process.env['LIST_FILE']!)

collectCases(async cases => {
  let failures = 0
  for (const { name, make, check, mustRefuse } of cases) {
    const text = check && String(check)
    const value = make()
    if (text !== undefined) {
      const verdict = await runCheck(text, value)
      if (verdict.outcome !== 'right') {
        failures += 1
        console.error(`The check of “${name}” fails on the live value: ${verdict.message}`)
      }
    }
    record({ name, check: text, mustRefuse })
  }
  if (failures > 0) process.exit(1)
})
