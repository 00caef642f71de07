/** What piscina's workers run. */

// oxlint-disable-next-line import/no-default-export -- piscina calls the default export
export default x => x + 1
