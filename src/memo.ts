/** A bounded map of texts, of which those asked for lately are kept. */

/** Longer texts are not kept: nobody writes under such a name twice. */
const maxTextLength = 120

/** A bounded map of texts: of those asked for lately, at least half of `limit` and at most `limit` are kept. */
export class Memo<T> {
  readonly #half: number
  readonly #maxLength: number
  #recent = new Map<string, T>()
  #before = new Map<string, T>()

  constructor(limit: number, maxLength: number = maxTextLength) {
    this.#half = Math.ceil(limit / 2)
    this.#maxLength = maxLength
  }

  get size(): number {
    return this.#recent.size + this.#before.size
  }

  get(text: string): T | undefined {
    // A text of a megabyte is not worth its hash.
    if (text.length > this.#maxLength) return undefined
    const found = this.#recent.get(text)
    if (found !== undefined) return found
    const earlier = this.#before.get(text)
    if (earlier !== undefined) this.set(text, earlier)
    return earlier
  }

  set(text: string, value: T): void {
    if (text.length > this.#maxLength) return
    if (this.#recent.size >= this.#half) {
      this.#before = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(text, value)
  }
}
