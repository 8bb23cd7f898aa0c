// What a person is asked before something is renamed, cancelled or deleted. Mounted once; whoever asks says so
// through the context, so that menus and pages ask the same.
import { useNavigate } from "@solidjs/router"
import { createSignal, Match, Show, Switch } from "solid-js"
import type { KeptData, Sandbox } from "../../shared/sandboxes.ts"
import { Button } from "../ui/button.tsx"
import { Checkbox } from "../ui/checkbox.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { TextField } from "../ui/text-field.tsx"
import { AdoptDialog } from "./adopt-dialog.tsx"
import { createAnswer } from "./create-answer.ts"
import { newSandboxPath, sandboxesListPath } from "./sandbox-path.ts"
import { useSpawning } from "./sandboxes-context.ts"
import { draftOf, makeSpawnDraft } from "./spawn-draft.ts"

export function SandboxDialogs(props: { shownId: string | undefined }) {
  const sandboxes = useSpawning()
  const sandboxOf = (kind: string) => {
    const asked = sandboxes.asked()
    return asked?.kind === kind ? sandboxes.find(asked.id) : undefined
  }
  const dataOf = (kind: string) => {
    const asked = sandboxes.asked()
    return asked?.kind === kind ? sandboxes.data().find(({ id }) => id === asked.id) : undefined
  }
  return (
    <Switch>
      <Match when={sandboxOf("rename")} keyed>
        {(sandbox) => <RenameDialog sandbox={sandbox} />}
      </Match>
      <Match when={sandboxOf("delete")} keyed>
        {(sandbox) => <DeleteDialog sandbox={sandbox} shownId={props.shownId} />}
      </Match>
      <Match when={sandboxOf("cancel")} keyed>
        {(sandbox) => <CancelDialog sandbox={sandbox} />}
      </Match>
      <Match when={dataOf("delete-data")} keyed>
        {(kept) => <DeleteDataDialog data={kept} />}
      </Match>
      <Match when={dataOf("adopt")} keyed>
        {(kept) => <AdoptDialog data={kept} />}
      </Match>
    </Switch>
  )
}

function RenameDialog(props: { sandbox: Sandbox }) {
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

function DeleteDialog(props: { sandbox: Sandbox; shownId: string | undefined }) {
  const sandboxes = useSpawning()
  const navigate = useNavigate()
  const { id, name, directory } = props.sandbox
  const [keeps, setKeeps] = createSignal(true)
  const [typed, setTyped] = createSignal("")
  // Its page has nothing to show any more.
  const leave = () => {
    if (props.shownId === id) navigate(sandboxesListPath, { replace: true })
  }
  const remove = createAnswer(() => {
    const request = keeps()
      ? ({ data: "keep" } as const)
      : ({ data: "delete", name: typed().trim() } as const)
    return sandboxes.remove(id, request).then(leave)
  })
  let harmless: HTMLButtonElement | undefined
  return (
    <Dialog
      open
      onOpenChange={remove.onOpenChange}
      focusAfter={listField}
      title={`Delete “${name}”?`}
      description={fate(keeps(), directory)}
      width="420px"
      focusFirst={() => harmless}
    >
      <form onSubmit={(event) => void remove.answer(event)}>
        <div class="dialog-fields">
          <Checkbox label="Keep the data" checked={keeps()} onChange={setKeeps} />
          <Show when={!keeps()}>
            <TypedName name={name} value={typed()} onInput={setTyped} />
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
            disabled={remove.busy() || (!keeps() && typed().trim() !== name)}
          >
            {keeps() ? "Delete sandbox" : "Delete sandbox and data"}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** A directory that was there before is nobody's to remove. */
function fate(keeps: boolean, directory: string | null): string {
  const its = directory === null ? "Its files and sessions" : "Its sessions"
  const end = keeps
    ? `What runs in it ends. ${its} are kept, and a new sandbox can go on with them.`
    : `What runs in it ends. ${its} are gone for good.`
  return directory === null ? end : `${end} The directory ${directory} stays as it is.`
}

function DeleteDataDialog(props: { data: KeptData }) {
  const sandboxes = useSpawning()
  const { id, name, repository } = props.data
  const [typed, setTyped] = createSignal("")
  const remove = createAnswer(() => sandboxes.remove(id, { data: "delete", name: typed().trim() }))
  return (
    <Dialog
      open
      onOpenChange={remove.onOpenChange}
      focusAfter={listField}
      title={`Delete the data of “${name}”?`}
      description={
        repository === null
          ? "Its sessions, and the files that Sandbar made for it, are gone for good. A directory that was there before stays as it is."
          : "Its files and sessions are gone for good."
      }
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

/** Only for a start that made everything itself, so nothing of anybody's is in it. */
function CancelDialog(props: { sandbox: Sandbox }) {
  const sandboxes = useSpawning()
  const navigate = useNavigate()
  const { id, name } = props.sandbox
  const cancel = createAnswer(async () => {
    const draft = draftOf(props.sandbox)
    await sandboxes.remove(id, { data: "delete", name })
    // Whoever cancels wants it otherwise, more often than not at all.
    makeSpawnDraft().set(draft)
    navigate(newSandboxPath, { replace: true })
  })
  let harmless: HTMLButtonElement | undefined
  return (
    <Dialog
      open
      onOpenChange={cancel.onOpenChange}
      title={`Cancel “${name}”?`}
      description="It stops starting, and what was made for it so far is removed."
      width="400px"
      focusFirst={() => harmless}
    >
      <div class="dialog-fields">
        <Trouble sentence={cancel.trouble()} />
      </div>
      <div class="dialog-actions">
        <Button ref={harmless} onClick={cancel.close}>
          Go on starting
        </Button>
        <Button variant="danger" disabled={cancel.busy()} onClick={() => void cancel.answer()}>
          Cancel and remove
        </Button>
      </div>
    </Dialog>
  )
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

function Trouble(props: { sentence: string | undefined }) {
  return (
    <p class="text-field-error" role="alert">
      {props.sentence}
    </p>
  )
}

/** The row that was acted on is another one now, or gone: the list goes on from its search, a page from its start. */
function listField(): HTMLElement | null {
  return (
    document.querySelector<HTMLElement>(".picker-search input") ?? document.querySelector<HTMLElement>("main")
  )
}

function firstField(content: HTMLElement): HTMLElement | null {
  return content.querySelector<HTMLElement>("input")
}
