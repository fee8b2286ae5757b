/** A process that parses one people file in YAML. */

import { FileFaults, type FilePlace } from './faults.ts'
import { type FromChild, type PlacedEntry, readYamlEntries } from './yaml.ts'

/**
 * Run by `yamlEntries`, and imported by nothing. It is sent the text, then anything for each further page; it says
 * a page of entries each time, and all faults at the end.
 */
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

let running: Generator<FromChild> | undefined
process.on('message', (text: string) => {
  running ??= pages(text)
  const next = running.next()
  if (next.done !== true) process.send?.(next.value)
})
