/** What the workers of piscina and tinypool run. */

// oxlint-disable-next-line import/no-default-export -- both call the default export
export default x => x + 1

export const echo = array => array
