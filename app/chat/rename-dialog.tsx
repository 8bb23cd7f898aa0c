import { createEffect, createSignal } from "solid-js"
import { Button } from "../ui/button.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { TextField } from "../ui/text-field.tsx"

export type RenameDialogProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  /** Rejects with a sentence for the person. */
  rename: (title: string) => Promise<void>
}

export function RenameDialog(props: RenameDialogProps) {
  const [title, setTitle] = createSignal("")
  const [error, setError] = createSignal<string>()
  const [saving, setSaving] = createSignal(false)
  createEffect(() => {
    if (!props.open) return
    setTitle(props.title)
    setError(undefined)
  })
  const save = async (event: SubmitEvent) => {
    event.preventDefault()
    const next = title().trim()
    if (next === "") {
      setError("Type a name.")
      return
    }
    setSaving(true)
    try {
      await props.rename(next)
      props.onOpenChange(false)
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : "The name was not saved. Try again.")
    } finally {
      setSaving(false)
    }
  }
  return (
    <Dialog
      open={props.open}
      onOpenChange={props.onOpenChange}
      title="Rename session"
      width="400px"
      focusFirst={() => document.querySelector<HTMLInputElement>(".rename-form input") ?? undefined}
    >
      <form class="rename-form" onSubmit={(event) => void save(event)}>
        <div class="dialog-fields">
          <TextField label="Name" value={title()} onInput={setTitle} error={error()} maxlength={200} />
        </div>
        <div class="dialog-actions">
          <Button onClick={() => props.onOpenChange(false)}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={saving()}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
