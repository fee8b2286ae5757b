/** How often a directory is read: in words, or as a cron expression. */

import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { frequencies } from '../frequency.ts'
import { Input, Select } from '../parts.tsx'

export function FrequencyField({
  value,
  onChange,
  error,
}: {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly error?: string | null | undefined
}): JSX.Element {
  const known = frequencies.some(([cron]) => cron === value)
  const [own, setOwn] = useState(!known)
  return (
    <>
      <Select
        label="Sync frequency"
        value={own ? 'own' : value}
        options={[...frequencies, ['own', 'Cron expression…']]}
        onChange={(next) => {
          setOwn(next === 'own')
          if (next !== 'own') onChange(next)
        }}
      />
      {own ? (
        <Input
          label="Cron expression"
          mono
          value={value}
          onInput={onChange}
          error={error}
          hint="Minute, hour, day of month, month, day of week."
        />
      ) : error ? (
        <p class="error">{error}</p>
      ) : null}
    </>
  )
}
