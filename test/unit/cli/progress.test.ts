import { Writable } from 'node:stream'
import t from 'tap'
import { duration, progressLine, startProgress } from '../../../src/cli/progress.ts'

t.test('progress', async (t) => {
  t.equal(progressLine(50, 100, 1000, 2), `[############............]  50 %  1000 messages  500/s  2 s left`)
  t.equal(progressLine(10, 0, 30, 3), '30 messages 10/s')
  t.match(progressLine(200, 100, 1, 0), /100 %/)
  t.equal(duration(59.2), '1 min 0 s')
  t.equal(duration(7500), '2 h 5 min')
  let written = ''
  const stream = (isTTY: boolean): Writable & { isTTY: boolean } =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          written += chunk.toString()
          done()
        },
      }),
      { isTTY },
    )
  const silent = startProgress(stream(false), () => t.fail('the total is not asked for in a pipe') as never)
  silent.update(1, 1)
  silent.clear()
  t.equal(written, '')
  let now = 0
  const shown = startProgress(
    stream(true),
    () => 100,
    () => (now += 60),
  )
  for (let i = 1; i <= 4; i++) shown.update(i, i)
  shown.clear()
  t.equal(written.split('messages').length - 1, 2, 'drawn no more often than ten times a second')
  t.ok(written.endsWith('\r\u001b[K'), 'and taken away')
})
