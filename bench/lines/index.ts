import type { Line } from '../line.ts'
import { getById, list50 } from './customers.ts'

/** Every line, in the order they run: what only reads first. */
export const lines: readonly Line[] = [getById, list50]
