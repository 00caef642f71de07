/**
 * Timers as they are when this package is loaded. A test puts mocks in their place (`mock.timers`, fake timers of Jest and vitest), and
 * the code of a call may leave some there: workers, limits and the reading of output go by real time all the same.
 */

export const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = globalThis
