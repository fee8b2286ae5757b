/** Long work that lets others of the process have their turn. */

/** Others get theirs after so long. */
const turnMs = 20

export class Turn {
  #since = Date.now()

  /** Lets others have their turn, if this one has taken long enough. @returns whether it did */
  async over(): Promise<boolean> {
    if (Date.now() - this.#since < turnMs) return false
    await new Promise(setImmediate)
    this.#since = Date.now()
    return true
  }
}
