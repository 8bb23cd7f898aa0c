// What a person is asked before something is renamed, cancelled or deleted. Mounted once; whoever asks says so
// through the context, so that menus and pages ask the same.
import { useNavigate } from "@solidjs/router"
import { createSignal, Match, Show, Switch } from "solid-js"
import type { KeptData, Sandbox } from "../../shared/sandboxes.ts"
import { failureOf } from "../connection/failure.ts"
import { Button } from "../ui/button.tsx"
import { Checkbox } from "../ui/checkbox.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { TextField } from "../ui/text-field.tsx"
import { newSandboxPath, sandboxesListPath } from "./sandbox-path.ts"
import { useSpawning } from "./sandboxes-context.ts"

export function SandboxDialogs(props: { shownId: string | undefined }) {
  const sandboxes = useSpawning()
  const sandboxOf = (kind: string) => {
    const asked = sandboxes.asked()
    return asked?.kind === kind ? sandboxes.find(asked.id) : undefined
  }
  const data = () => {
    const asked = sandboxes.asked()
    return asked?.kind === "delete-data" ? sandboxes.data().find(({ id }) => id === asked.id) : undefined
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
      <Match when={data()} keyed>
        {(kept) => <DeleteDataDialog data={kept} />}
      </Match>
    </Switch>
  )
}

/** Runs what was asked for; the question stays, with the reason, when that fails. */
function createAnswer(run: () => Promise<unknown>) {
  const sandboxes = useSpawning()
  const [busy, setBusy] = createSignal(false)
  const [trouble, setTrouble] = createSignal<string>()
  const close = () => sandboxes.ask(undefined)
  const answer = async (event?: SubmitEvent) => {
    event?.preventDefault()
    if (busy()) return
    setBusy(true)
    setTrouble(undefined)
    try {
      await run()
      close()
    } catch (error) {
      setTrouble(failureOf(error).message)
    } finally {
      setBusy(false)
    }
  }
  return { busy, trouble, close, answer, onOpenChange: (open: boolean) => open || close() }
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
  const { id, name } = props.sandbox
  const [keeps, setKeeps] = createSignal(true)
  const [typed, setTyped] = createSignal("")
  // Its page has nothing to show any more.
  const leave = () => {
    if (props.shownId === id) navigate(sandboxesListPath, { replace: true })
  }
  const remove = createAnswer(() => {
    const request = keeps() ? ({ data: "keep" } as const) : ({ data: "delete", name: typed() } as const)
    return sandboxes.remove(id, request).then(leave)
  })
  return (
    <Dialog
      open
      onOpenChange={remove.onOpenChange}
      focusAfter={listField}
      title={`Delete “${name}”?`}
      description={
        keeps()
          ? "What runs in it ends. Its files and sessions are kept, and a new sandbox can go on with them."
          : "What runs in it ends, and its files and sessions are gone for good."
      }
      width="420px"
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
          <Button onClick={remove.close}>Cancel</Button>
          <Button type="submit" variant="danger" disabled={remove.busy() || (!keeps() && typed() !== name)}>
            {keeps() ? "Delete sandbox" : "Delete sandbox and data"}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function DeleteDataDialog(props: { data: KeptData }) {
  const sandboxes = useSpawning()
  const { id, name } = props.data
  const [typed, setTyped] = createSignal("")
  const remove = createAnswer(() => sandboxes.remove(id, { data: "delete", name: typed() }))
  return (
    <Dialog
      open
      onOpenChange={remove.onOpenChange}
      focusAfter={listField}
      title={`Delete the data of “${name}”?`}
      description="Its files and sessions are gone for good."
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
          <Button type="submit" variant="danger" disabled={remove.busy() || typed() !== name}>
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
    await sandboxes.remove(id, { data: "delete", name })
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
