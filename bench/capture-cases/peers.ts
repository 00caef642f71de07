/**
 * Who is compared, and how each is driven. The programs that do it are in programs/codecs, by the same names.
 */

/** How the fixtures are loaded: as ES modules, as CommonJS modules made of them, or as ES modules by livepack's require hook. */
export type Format = 'esm' | 'commonjs' | 'livepack'

export interface Peer {
  readonly name: string
  readonly shown: string
  readonly format: Format
  /** The package whose version the document names. */
  readonly dependency?: string
  readonly driven: string
}

export const peers: readonly Peer[] = [
  {
    name: 'modulepickle',
    shown: 'modulepickle',
    format: 'esm',
    driven: '`dumps` and `loads`, in ES modules as Node runs them.',
  },
  {
    name: 'livepack',
    shown: 'livepack',
    format: 'livepack',
    dependency: 'livepack',
    driven:
      '`serialize` to a CommonJS module, with its require hook (`esm: true` for ES modules) registered before all code that travels.',
  },
  {
    name: 'pulumi',
    shown: 'Pulumi',
    format: 'commonjs',
    dependency: '@pulumi/pulumi',
    driven:
      '`runtime.serializeFunction`, in the CommonJS that esbuild makes of the ES modules; of what is no function, a function that returns it. The other end has the installed packages.',
  },
  {
    name: 'serialize-javascript',
    shown: 'serialize-javascript',
    format: 'esm',
    dependency: 'serialize-javascript',
    driven: '`serialize` with `unsafe`, and `eval` of it in parentheses.',
  },
  {
    name: 'seroval',
    shown: 'seroval',
    format: 'esm',
    dependency: 'seroval',
    driven: '`serializeAsync` with all plugins of `seroval-plugins/web`, and `deserialize`.',
  },
  {
    name: 'devalue',
    shown: 'devalue',
    format: 'esm',
    dependency: 'devalue',
    driven: '`stringifyAsync` and `parse`.',
  },
  { name: 'v8', shown: '`v8.serialize`', format: 'esm', driven: '`v8.serialize` and `v8.deserialize`.' },
  {
    name: 'workerpool',
    shown: 'workerpool',
    format: 'esm',
    dependency: 'workerpool',
    driven:
      'what `exec` sends: the text of a function, wrapped on the other end as its worker does; anything else as an argument, by structured clone.',
  },
]
