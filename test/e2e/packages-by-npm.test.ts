/**
 * Packages as npm and pnpm really install them, from tarballs, a git repository and a directory of this machine: bundled dependencies, peers,
 * cycles, a patched one; hoisted, and in a store behind links.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { before, suite, test, type TestContext } from 'node:test'
import { packageAt, pickleIn, runThere, type Files } from '../support/packages.ts'
import { Project } from '../support/project.ts'
import { toolFile, unlessTool } from '../support/place.ts'
import { unlessCommand } from '../support/requirements.ts'
import { temporaryDirectory } from '../unit/snapshot/temporary-project.ts'

const skip = unlessCommand('npm', 'Install npm.') || unlessCommand('git', 'Install git.')

const names = ['bundler', 'from-git', 'from-directory', 'plugin', 'host', 'ring-a', 'ring-b']

const main = `
${names.map((name, index) => `import p${index} from '${name}'`).join('\n')}
export const main = () => [${names.map((_, index) => `p${index}.says()`).join(', ')}]
`

const expected = [
  'bundler@1.0.0(bundled@2.0.0)',
  'from-git@1.0.0',
  'from-directory@1.0.0(host@1.0.0)',
  'plugin@1.0.0(host@1.0.0)',
  'host@1.0.0',
  'ring-a@1.0.0(ring-b@1.0.0(ring-a@1.0.0(…)))',
  'ring-b@1.0.0(ring-a@1.0.0(ring-b@1.0.0(…)))',
]

const manifest = (name: string, more: object): Files => ({
  [`${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', ...more }),
})

/** Where the packages come from. */
const sources: Files = {
  ...packageAt('bundler', 'bundler', '1.0.0', ['bundled']),
  ...manifest('bundler', { dependencies: { bundled: '2.0.0' }, bundleDependencies: ['bundled'] }),
  ...packageAt('bundler/node_modules/bundled', 'bundled', '2.0.0'),
  ...packageAt('from-git', 'from-git', '1.0.0'),
  ...packageAt('from-directory', 'from-directory', '1.0.0', ['host']),
  ...manifest('from-directory', { peerDependencies: { host: '1.0.0' } }),
  ...packageAt('plugin', 'plugin', '1.0.0', ['host']),
  ...manifest('plugin', { peerDependencies: { host: '1.0.0' } }),
  ...packageAt('host', 'host', '1.0.0'),
  ...packageAt('ring-a', 'ring-a', '1.0.0', ['ring-b']),
  ...packageAt('ring-b', 'ring-b', '1.0.0', ['ring-a']),
}

suite('packages as npm installs them', { skip }, () => {
  let origin: Project
  let specifiers: Readonly<Record<string, string>>

  before(() => {
    origin = new Project(sources)
    const git = (...args: string[]): void =>
      void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: origin.path('from-git'),
        stdio: 'pipe',
      })
    git('init', '--quiet')
    git('add', '.')
    git('commit', '--quiet', '--message', 'first')
    const tarball = (name: string): string => {
      npm(origin.directory, 'pack', `./${name}`)
      return `file:${origin.path(`${name}-1.0.0.tgz`)}`
    }
    specifiers = {
      ...Object.fromEntries(['bundler', 'plugin', 'host', 'ring-a', 'ring-b'].map(name => [name, tarball(name)])),
      'from-git': `git+file://${origin.path('from-git')}`,
      'from-directory': `file:${origin.path('from-directory')}`,
    }
  })

  function npm(cwd: string, ...args: string[]): void {
    const options = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--cache', origin.path('npm-cache')]
    execFileSync('npm', [...args, ...options], { cwd, stdio: 'pipe' })
  }

  /** Installed by npm; one package is then mended where it lies, as patch-package does it. */
  function installed(t: TestContext, strategy: string, patch = ''): Project {
    const project = new Project({
      'package.json': JSON.stringify({ name: 'sender', type: 'module', dependencies: specifiers }),
      'main.js': main,
    })
    t.after(() => project.remove())
    if (strategy === 'pnpm') pnpm(project)
    else npm(project.directory, 'install', `--install-strategy=${strategy}`, '--install-links')
    if (patch !== '') project.write({ 'node_modules/host/index.js': `exports.says = () => '${patch}'` })
    project.installModulepickle()
    return project
  }

  /** Without a registry, what packages need of each other is said beside the project. */
  function pnpm(project: Project): void {
    project.write({ 'pnpm-workspace.yaml': JSON.stringify({ packages: ['.'], overrides: specifiers }) })
    const store = ['--store-dir', origin.path('pnpm-store')]
    execFileSync(
      process.execPath,
      [toolFile('pnpm/bin/pnpm.cjs'), 'install', '--offline', '--ignore-scripts', ...store],
      {
        cwd: project.directory,
        stdio: 'pipe',
      },
    )
  }

  for (const strategy of ['hoisted', 'nested', 'linked', 'pnpm']) {
    const skipped = strategy === 'pnpm' && unlessTool('pnpm')
    test(`a process that has none of them runs what uses them, ${strategy}`, { skip: skipped }, async t => {
      const project = installed(t, strategy)
      const pickle = await pickleIn(t, project, 'include')
      rmSync(project.directory, { recursive: true })
      const { value, message } = await runThere(t, pickle)
      assert.deepEqual(value, expected, message)
    })
  }

  test('another installation of the same packages serves, unless one of them was patched here', async t => {
    const [here, there, patched] = [installed(t, 'hoisted'), installed(t, 'hoisted'), installed(t, 'hoisted', 'mended')]
    const reference = await pickleIn(t, here, 'reference')
    assert.deepEqual(await runThere(t, reference, { cwd: there.directory }), { value: expected })
    const { code, message = '' } = await runThere(t, reference, { cwd: patched.directory })
    assert.equal(code, 'ERR_PACKAGE_MISMATCH')
    assert.match(message, /host +1\.0\.0 +1\.0\.0, other files/)
    const included = await pickleIn(t, patched, 'include')
    const { value } = await runThere(t, included, { cwd: there.directory })
    assert.deepEqual((value as string[]).slice(2, 5), [
      'from-directory@1.0.0(mended)',
      'plugin@1.0.0(mended)',
      'mended',
    ])
  })

  test('what is sent once serves whoever has installed the same in another layout', async t => {
    const cache = path.join(temporaryDirectory(t), 'cache')
    const [store, flat] = [installed(t, 'linked'), installed(t, 'hoisted')]
    const [included, reference] = [await pickleIn(t, store, 'include'), await pickleIn(t, flat, 'reference')]
    for (const project of [store, flat]) rmSync(project.directory, { recursive: true })
    assert.deepEqual(await runThere(t, included, { cache }), { value: expected })
    assert.deepEqual(await runThere(t, reference, { cache }), { value: expected })
  })
})
