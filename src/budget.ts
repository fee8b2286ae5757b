/** What one judgement may cost. */

/**
 * Steps that one judgement may take, counted over everything that foreign text decides: characters read, names and their words,
 * look-ups, people and comparisons. A step is some 0.1 µs (`npm run bench:dearest -- --charges` measures it). Who spends more
 * than is left is thrown out of its work; what was found by then stays found, and the message is `unchecked`, not clean.
 */
export class Budget {
  #left: number
  /** Steps that the work at hand leaves to what follows. */
  #kept = 0
  #spent = false
  #untilLook = stepsBetweenLooks
  readonly #expired: () => boolean

  /**
   * @param expired whether the time for one judgement is over, whatever was counted: the last wall. Asked now and then.
   */
  constructor(steps: number, expired: () => boolean = never) {
    this.#left = steps
    this.#expired = expired
  }

  /** Whether something was left undone for lack of steps or time. */
  get spent(): boolean {
    return this.#spent
  }

  /** Sets how many steps the work that follows leaves to the work behind it. */
  keep(steps: number): void {
    this.#kept = steps
  }

  /** Counts work that is about to be done. @throws BudgetSpent if it can't be afforded: the work must not be done then. */
  spend(steps: number): void {
    if (this.#left - steps < this.#kept) this.#refuse()
    this.#left -= steps
    this.#untilLook -= steps
    if (this.#untilLook > 0) return
    this.#untilLook = stepsBetweenLooks
    if (!this.#expired()) return
    this.#left = 0
    this.#kept = 1
    this.#refuse()
  }

  #refuse(): never {
    this.#spent = true
    throw new BudgetSpent()
  }
}

/** That a judgement has cost what it may. Caught by who gathers findings, nowhere else. */
class BudgetSpent extends Error {
  constructor() {
    super('the judgement has cost what one may')
  }
}

/** Runs work until it ends or the budget does. @returns whether it came to its end */
export function untilSpent(work: () => void): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error
    return false
  }
}

const stepsBetweenLooks = 1000

function never(): boolean {
  return false
}
