// Deleting a sandbox, and deleting what an earlier one left behind.
import { useNavigate } from "@solidjs/router"
import { createSignal, Show } from "solid-js"
import type { KeptData, Sandbox } from "../../shared/sandboxes.ts"
import { Button } from "../ui/button.tsx"
import { Checkbox } from "../ui/checkbox.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { TextField } from "../ui/text-field.tsx"
import { createAnswer } from "./create-answer.ts"
import { firstField, listField, Trouble } from "./dialog-parts.tsx"
import { sandboxesListPath } from "./sandbox-path.ts"
import { useSpawning } from "./sandboxes-context.ts"

export function DeleteDialog(props: { sandbox: Sandbox; shownId: string | undefined }) {
  const sandboxes = useSpawning()
  const navigate = useNavigate()
  const { id, name, directory, state, isFresh } = props.sandbox
  const ends = state === "stopped" || state === "failed" ? "" : "What runs in it ends. "
  // What never ran has nothing to keep: the proxy wants no name for it either.
  const [keeps, setKeeps] = createSignal(!isFresh)
  const [typed, setTyped] = createSignal("")
  // Its page has nothing to show any more.
  const leave = () => {
    if (props.shownId === id) navigate(sandboxesListPath, { replace: true })
  }
  const remove = createAnswer(() => {
    if (keeps()) return sandboxes.remove(id, { data: "keep" }).then(leave)
    return sandboxes.remove(id, { data: "delete", ...(!isFresh && { name: typed().trim() }) }).then(leave)
  })
  let harmless: HTMLButtonElement | undefined
  return (
    <Dialog
      open
      onOpenChange={remove.onOpenChange}
      focusAfter={listField}
      title={`Delete “${name}”?`}
      description={
        isFresh
          ? `It never ran, so nothing of it is lost.${rest(directory)}`
          : ends + fateOfData(keeps(), directory)
      }
      width="420px"
      focusFirst={() => harmless}
    >
      <form onSubmit={(event) => void remove.answer(event)}>
        <div class="dialog-fields">
          <Show when={!isFresh}>
            <Checkbox label="Keep the data" checked={keeps()} onChange={setKeeps} />
            <Show when={!keeps()}>
              <TypedName name={name} value={typed()} onInput={setTyped} />
            </Show>
          </Show>
          <Trouble sentence={remove.trouble()} />
        </div>
        <div class="dialog-actions">
          <Button ref={harmless} onClick={remove.close}>
            Cancel
          </Button>
          <Button
            type="submit"
            variant="danger"
            disabled={remove.busy() || (!isFresh && !keeps() && typed().trim() !== name)}
          >
            {keeps() || isFresh ? "Delete sandbox" : "Delete sandbox and data"}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

export function DeleteDataDialog(props: { data: KeptData }) {
  const sandboxes = useSpawning()
  const { id, name, directory } = props.data
  const [typed, setTyped] = createSignal("")
  const remove = createAnswer(() => sandboxes.remove(id, { data: "delete", name: typed().trim() }))
  return (
    <Dialog
      open
      onOpenChange={remove.onOpenChange}
      focusAfter={listField}
      title={`Delete the data of “${name}”?`}
      description={fateOfData(false, directory)}
      width="420px"
      focusFirst={firstField}
    >
      <form onSubmit={(event) => void remove.answer(event)}>
        <div class="dialog-fields">
          <TypedName name={name} value={typed()} onInput={setTyped} />
          <Trouble sentence={remove.trouble()} />
        </div>
        <div class="dialog-actions">
          <Button onClick={remove.close}>Cancel</Button>
          <Button type="submit" variant="danger" disabled={remove.busy() || typed().trim() !== name}>
            Delete data
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function fateOfData(keeps: boolean, directory: string | null): string {
  const its = directory === null ? "Its files and sessions" : "Its sessions"
  const end = keeps ? `${its} are kept, and a new sandbox can go on with them.` : `${its} are gone for good.`
  return end + rest(directory)
}

/** A directory that was there before is nobody's to remove. */
function rest(directory: string | null): string {
  return directory === null ? "" : ` The directory ${directory} stays as it is.`
}

function TypedName(props: { name: string; value: string; onInput: (text: string) => void }) {
  return (
    <TextField
      label={`Type “${props.name}” to delete its data`}
      value={props.value}
      onInput={props.onInput}
      autocapitalize="off"
      spellcheck={false}
    />
  )
}
