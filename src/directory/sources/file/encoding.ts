/** In which encoding a people file is written. */

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** Where a file stops being UTF-8: line and octet from 1, and what stands there. */
interface BadOctet {
  readonly line: number
  readonly octet: number
  readonly value: number
}

/**
 * Looks at a file's octets as they come: a byte-order mark says UTF-16, as Excel's "Unicode text" and PowerShell's `>`
 * write it; without one it is UTF-8, up to the first octet that is none.
 */
export class EncodingDetector {
  #first: Buffer = Buffer.alloc(0)
  #octets = 0
  #line = 1
  /** Continuation octets that are due, and the range of the next one. */
  #due = 0
  /** Where the character began that is being read. */
  #begun: BadOctet = { line: 1, octet: 0, value: 0 }
  #low = 0x80
  #high = 0xbf
  #bad: BadOctet | null = null

  /** The first octet that is not UTF-8, the last one if a character was cut off there; null if all are. */
  get bad(): BadOctet | null {
    return this.#bad ?? (this.#due > 0 ? this.#begun : null)
  }

  get utf16(): 'utf-16le' | 'utf-16be' | null {
    const [first, second] = this.#first
    if (first === 0xff && second === 0xfe) return 'utf-16le'
    return first === 0xfe && second === 0xff ? 'utf-16be' : null
  }

  push(octets: Buffer): void {
    if (this.#first.length < 2) this.#first = Buffer.concat([this.#first, octets.subarray(0, 2)])
    if (this.#bad !== null) return
    for (const value of octets) {
      this.#octets++
      if (!this.#take(value)) {
        this.#bad = this.#due > 0 ? this.#begun : { line: this.#line, octet: this.#octets, value }
        return
      }
      if (value === 0x0a) this.#line++
    }
  }

  /** Whether an octet may stand here (Unicode, table 3-7: well-formed byte sequences of UTF-8). */
  #take(value: number): boolean {
    if (this.#due > 0) {
      if (value < this.#low || value > this.#high) return false
      this.#low = 0x80
      this.#high = 0xbf
      this.#due--
      return true
    }
    if (value < 0x80) return true
    if (value < 0xc2 || value > 0xf4) return false
    this.#begun = { line: this.#line, octet: this.#octets, value }
    this.#due = value < 0xe0 ? 1 : value < 0xf0 ? 2 : 3
    if (value === 0xe0) this.#low = 0xa0
    else if (value === 0xed) this.#high = 0x9f
    else if (value === 0xf0) this.#low = 0x90
    else if (value === 0xf4) this.#high = 0x8f
    return true
  }
}
