/** Changing one's own password. */

import { useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { ApiError, send, wordsOf } from '../api.ts'
import { Button, Dialog, Input } from '../parts.tsx'
import { takeSession, toast } from '../state.ts'
import type { Session } from '../state.ts'

export function ChangePassword({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [old, setOld] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)
  const save = async (): Promise<void> => {
    if (next !== again) {
      setErrors({ again: 'The two are not the same.' })
      return
    }
    setBusy(true)
    try {
      takeSession(await send<Session>('PUT', '/session/password', { old, password: next }))
      toast('The password is changed. Other sessions of yours have ended.')
      onClose()
    } catch (error) {
      const faults = error instanceof ApiError ? error.faults : []
      setErrors(
        faults.length > 0
          ? Object.fromEntries(faults.map(({ path, message }) => [path, message]))
          : { old: wordsOf(error) },
      )
    }
    setBusy(false)
  }
  return (
    <Dialog
      title="Change the password"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={busy ? 'Saving' : null} onClick={save}>
            Change it
          </Button>
        </>
      }
    >
      <Input
        label="Password so far"
        type="password"
        autocomplete="current-password"
        value={old}
        onInput={setOld}
        error={errors['old']}
      />
      <Input
        label="New password"
        type="password"
        autocomplete="new-password"
        value={next}
        onInput={setNext}
        error={errors['password']}
        hint="At least 12 characters; a few words are good."
      />
      <Input
        label="New password again"
        type="password"
        autocomplete="new-password"
        value={again}
        onInput={setAgain}
        error={errors['again']}
      />
    </Dialog>
  )
}
