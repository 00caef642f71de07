/** Edited by the suite. */
export const version: number = 0
