/**
 * A process that parses one people file in YAML. It is run by `yamlEntries`, and imported by nothing. It is sent the
 * text, then anything for each further page; it answers with a page of entries each time, and all faults at the end.
 */

import { FileFaults } from './faults.ts'
import type { FilePlace } from './faults.ts'
import { readYamlEntries } from './yaml.ts'
import type { FromChild, PlacedEntry } from './yaml.ts'

/** Entries that are sent together. */
const pageSize = 300

class CollectedFaults extends FileFaults {
  readonly all: { place: FilePlace; path: string; message: string }[] = []

  override add(place: FilePlace, path: string, message: string): void {
    this.all.push({ place, path, message })
    super.add(place, path, message)
  }
}

function* pages(text: string): Generator<FromChild> {
  const faults = new CollectedFaults('')
  let entries: PlacedEntry[] = []
  for (const entry of readYamlEntries(text, faults)) {
    const { kind, value, path } = entry
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
    const places = Object.fromEntries(keys.map((key) => [key, entry.placeOf(key)]))
    entries.push({ kind, value, path, place: entry.placeOf(), places })
    if (entries.length < pageSize) continue
    yield { entries }
    entries = []
  }
  if (entries.length > 0) yield { entries }
  yield { faults: faults.all }
}

/** The first message is the text; each one asks for a page. */
process.once('message', (text: string) => {
  const running = pages(text)
  const next = (): void => {
    const page = running.next()
    if (page.done !== true) process.send?.(page.value)
  }
  next()
  process.on('message', next)
})
