/** The archives that images are made from, judged by tar itself. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { tarOf } from '../support/tar.ts'
import { unlessCommand } from '../support/requirements.ts'

test('tar reads names, modes, owners and contents', { skip: unlessCommand('tar', 'Install it.') }, () => {
  const archive = tarOf([
    { name: 'place/', mode: 0o1777 },
    { name: 'place/empty', mode: 0o600 },
    { name: 'place/full', mode: 0o755, content: Buffer.alloc(1000, 'x') },
  ])
  const { stdout, stderr } = spawnSync('tar', ['-tvf', '-', '--numeric-owner', '--utc'], {
    input: archive,
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  assert.deepEqual(
    stdout.split('\n').map(line => line.replace(/ +1970-01-01 00:00/, '').replaceAll(/ +/g, ' ')),
    ['drwxrwxrwt 0/0 0 place/', '-rw------- 0/0 0 place/empty', '-rwxr-xr-x 0/0 1000 place/full', ''],
  )
  const full = spawnSync('tar', ['-xOf', '-', 'place/full'], { input: archive, encoding: 'utf8' })
  assert.equal(full.stdout, 'x'.repeat(1000))
})
