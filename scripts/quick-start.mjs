/**
 * Makes a program of one file start sooner: what it seldom needs is compiled when it does, Node's own modules are not wrapped for
 * `import`, and its text is ASCII.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/**
 * acorn is a quarter of the worker's program, and most workers parse nothing. Text in a string is not even scanned for functions.
 */
export const acornWhenNeeded = {
  name: 'acorn-when-needed',
  setup({ onLoad, onResolve, esbuild }) {
    onResolve({ filter: /^acorn$/ }, () => ({ path: 'acorn', namespace: 'when-needed' }))
    onLoad({ filter: /^acorn$/, namespace: 'when-needed' }, async () => {
      const file = createRequire(import.meta.url).resolve('acorn')
      const { code } = await esbuild.transform(readFileSync(file, 'utf8'), {
        minify: true,
        format: 'cjs',
        charset: 'ascii',
      })
      return {
        contents: `import { compileFunction } from 'node:vm'
          let acorn
          function load() {
            const exports = {}
            compileFunction(${JSON.stringify(code)}, ['exports', 'module'], { filename: 'acorn' })(exports, { exports })
            return exports
          }
          export function parse(text, options) {
            return (acorn ??= load()).parse(text, options)
          }`,
      }
    })
  },
}

const nodeImport = /^import (?:\* as (\w+)|(\w+)(?:, )?)?(?:\{([^}]*)\})? from "(node:[^"]+)";$/gm

/** What takes Node milliseconds to load, and a call of code that travelled by value has no use for. */
const seldomNeeded = new Set(['node:crypto'])

/**
 * `import` of a module of Node's runs every getter among its exports, some of which load more of Node. And a text with one
 * character that is not in Latin-1 takes V8 twice the memory, and longer to read.
 */
export function startSooner(text) {
  const required = text.replace(nodeImport, (_, namespace, main, names, module) => {
    const builtin = `process.getBuiltinModule("${module}")`
    if (seldomNeeded.has(module)) {
      if (namespace ?? main) throw new Error(`Of ${module} nothing but functions can be imported, by their names.`)
      return names
        .split(',')
        .map(name => functionWhenNeeded(builtin, name))
        .join(' ')
    }
    const whole = [namespace, main].filter(Boolean).map(name => `const ${name} = ${builtin};`)
    const members = names ? [`const {${names.replaceAll(' as ', ': ')}} = ${builtin};`] : []
    return [...whole, ...members].join(' ')
  })
  return required.replace(/[^\0-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Found once: what code of a call puts in its place later is not called. */
function functionWhenNeeded(builtin, imported) {
  const [name, local = name] = imported.split(' as ').map(each => each.trim())
  return `let ${local}Found; const ${local} = (...args) => (${local}Found ??= ${builtin}.${name})(...args);`
}
