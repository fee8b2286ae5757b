/** Those names, unpacked. */

import { knownNames } from './known-names.data.ts'

/** Given names and surnames that many people bear, in base form. Unpacks the data: about ten milliseconds. */
export function unpackKnownNames(): ReadonlySet<string> {
  const names = new Set<string>()
  let name = ''
  let start = 0
  while (start < knownNames.length) {
    let end = start + 1
    while (end < knownNames.length && knownNames.charCodeAt(end) > 0x39) end++
    name = name.slice(0, knownNames.charCodeAt(start) - 0x30) + knownNames.slice(start + 1, end)
    names.add(name)
    start = end
  }
  return names
}
