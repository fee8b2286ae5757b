/** Overview: how it is, and what needs somebody. */

import type { JSX } from 'preact'

export function Overview(): JSX.Element {
  return (
    <div class="inner">
      <div class="page-head">
        <div class="text">
          <h1>Overview</h1>
        </div>
      </div>
    </div>
  )
}
