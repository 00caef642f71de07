/** What the function of the generated package is called with. Plain JavaScript: it is part of processes that are timed whole. */

export const sample = { id: 'a', values: [3, 1, 4, 1, 5, 9, 2, 6], weight: 0.5, tags: new Map([['kind', 'digits']]) }
