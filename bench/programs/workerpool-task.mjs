/** What workerpool's workers run. */
import workerpool from 'workerpool'

workerpool.worker({ increment: x => x + 1, echo: array => array })
