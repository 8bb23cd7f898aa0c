import { createSignal } from "solid-js"
import type { Sandbox } from "../../shared/sandboxes.ts"
import { Button } from "../ui/button.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { TextField } from "../ui/text-field.tsx"
import { createAnswer } from "./create-answer.ts"
import { firstField, listField } from "./dialog-parts.tsx"
import { useSpawning } from "./sandboxes-context.ts"

export function RenameDialog(props: { sandbox: Sandbox }) {
  const sandboxes = useSpawning()
  const [name, setName] = createSignal(props.sandbox.name)
  const rename = createAnswer(() => sandboxes.change(props.sandbox.id, { name: name().trim() }))
  return (
    <Dialog
      open
      onOpenChange={rename.onOpenChange}
      focusAfter={listField}
      title="Rename sandbox"
      width="400px"
      focusFirst={firstField}
    >
      <form onSubmit={(event) => void rename.answer(event)}>
        <div class="dialog-fields">
          <TextField label="Name" value={name()} onInput={setName} maxLength={60} error={rename.trouble()} />
        </div>
        <div class="dialog-actions">
          <Button onClick={rename.close}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={rename.busy() || name().trim() === ""}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
