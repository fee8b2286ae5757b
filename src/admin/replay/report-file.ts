/** A report's file, looked at before hours of work and written at its end, in one step. */

import { randomBytes } from 'node:crypto'
import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { NamesakeError } from '../../errors.ts'
import { fileProblem } from './file-errors.ts'

/** @throws NamesakeError input-invalid if the file can't be written */
export function checkReportPath(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK)
  } catch (error) {
    throw refusal(path, `the folder ${fileProblem(error)}`)
  }
  const kind = statSync(path, { throwIfNoEntry: false })
  if (kind !== undefined && !kind.isFile()) throw refusal(path, 'it is no file')
}

/** @throws NamesakeError input-invalid if the file can't be written */
export function writeReport(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    // What it tells of mail is for whoever made it.
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw refusal(path, fileProblem(error))
  }
}

function refusal(path: string, why: string): NamesakeError {
  return new NamesakeError('input-invalid', `the report can't be written to "${path}": ${why}`)
}
