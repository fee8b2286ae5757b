/** Parts of the console that are loaded when they are first shown, or when the browser has nothing else to do. */

import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { Failed, Skeleton } from './parts.tsx'

type Component = () => JSX.Element

/** How long after the first page the others are fetched, in milliseconds. */
const quietMs = 1_500

/** A component that is fetched by itself. */
export function later(load: () => Promise<Component>): Component {
  let found: Component | null = null
  const fetch = async (): Promise<void> => {
    found = await load()
  }
  setTimeout(() => void fetch().catch(() => undefined), quietMs)
  return function Later(): JSX.Element {
    const [, setTurn] = useState(0)
    const [failed, setFailed] = useState(false)
    const look = (): void => {
      setFailed(false)
      fetch().then(
        () => setTurn((turn) => turn + 1),
        () => setFailed(true),
      )
    }
    useEffect(() => {
      if (found === null) look()
    }, [])
    if (found !== null) {
      const Found = found
      return <Found />
    }
    return (
      <div class="inner">
        <section class="card">
          {failed ? (
            <Failed
              error={{ message: 'This page could not be loaded. If the console was just updated, load it again.' }}
              retry={look}
            />
          ) : (
            <Skeleton />
          )}
        </section>
      </div>
    )
  }
}
