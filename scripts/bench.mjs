/** `npm run bench`, once everything is installed and built: bench/bench.ts with the arguments after `--`. */
import { bench } from '../bench/bench.ts'

process.exitCode = await bench(process.argv.slice(2))
