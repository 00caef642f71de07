/** Lines and tails of what calls print. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { LineSplitter, LogTail, maximumKeptLines, maximumLineLength } from '../../../src/executors/logs.ts'

function split(chunks: readonly Buffer[]): string[] {
  const lines: string[] = []
  const splitter = new LineSplitter(line => lines.push(line))
  for (const chunk of chunks) splitter.push(chunk)
  splitter.flush()
  return lines
}

suite('lines', () => {
  test('are the same however the text is cut, also inside a character', () => {
    const text = Buffer.from('grün\n\nzweite Zeile\r\nохne Ende')
    for (let at = 0; at <= text.length; at++) {
      const lines = split([text.subarray(0, at), text.subarray(at)])
      assert.deepEqual(lines, ['grün', '', 'zweite Zeile', 'охne Ende'], `cut at ${at}`)
    }
  })

  test('half a character at the end of one call is not put in front of what the next one prints', () => {
    const lines: string[] = []
    const splitter = new LineSplitter(line => lines.push(line))
    for (const chunk of [Buffer.from([0x61, 0xe2, 0x82]), Buffer.from('b')]) {
      splitter.push(chunk)
      splitter.flush()
    }
    assert.deepEqual(lines, ['a\ufffd', 'b'])
  })

  test('without end are cut', () => {
    const lines = split([Buffer.alloc(maximumLineLength, 'a'), Buffer.alloc(2, 'b')])
    assert.deepEqual(
      lines.map(line => line.length),
      [maximumLineLength, 2],
    )
  })

  test('joined with their ends are what was printed, and no character is cut', () => {
    const text = `a${'😀'.repeat(maximumLineLength)}\r\n\n${'b'.repeat(maximumLineLength)}\nend`
    const bytes = Buffer.from(text)
    for (const sizeBytes of [bytes.length, 1000, 7]) {
      const pieces: string[] = []
      const splitter = new LineSplitter((line, end) => pieces.push(Buffer.from(line).toString() + end))
      for (let at = 0; at < bytes.length; at += sizeBytes) splitter.push(bytes.subarray(at, at + sizeBytes))
      splitter.flush()
      assert.equal(pieces.join(''), text, `chunks of ${sizeBytes}`)
      assert.ok(pieces.every(piece => piece.length <= maximumLineLength + 2))
    }
  })
})

suite('tails', () => {
  test('keep the last lines', () => {
    const tail = new LogTail()
    for (let line = 0; line <= maximumKeptLines; line++) tail.add({ stream: 'stdout', text: String(line), end: '\n' })
    assert.equal(tail.lines().length, maximumKeptLines)
    assert.equal(tail.lines()[0]?.text, '1')
  })

  test('keep fewer of long ones', () => {
    const tail = new LogTail()
    for (let line = 0; line < 100; line++)
      tail.add({ stream: 'stderr', text: 'x'.repeat(maximumLineLength), end: '\n' })
    assert.ok(tail.lines().length < 70)
  })
})
