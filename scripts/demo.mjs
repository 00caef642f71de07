/** `npm run demo`, once everything is installed and built: examples/spam/demo.ts with the arguments after `--`. */
import { demo } from '../examples/spam/demo.ts'

process.exitCode = await demo(process.argv.slice(2))
