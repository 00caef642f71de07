import type { Sample } from './template.ts'

export const sample: Sample
