// Pick, add, edit, remove. Picking is following a link: the rest of the app rebuilds itself from the URL.
import { useNavigate } from "@solidjs/router"
import { createSignal, Match, Switch } from "solid-js"
import { ConfirmDialog } from "../ui/confirm-dialog.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { notify } from "../ui/notices.tsx"
import { PickerList } from "./picker-list.tsx"
import type { probe } from "./probe.ts"
import type { Server } from "./server.ts"
import { useServers } from "./server-context.tsx"
import { ServerForm } from "./server-form.tsx"
import "./picker.css"

export type PickerProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  probe?: typeof probe
}

type View = { kind: "list"; focusId?: string } | { kind: "form"; server?: Server }

export function Picker(props: PickerProps) {
  const servers = useServers()
  const navigate = useNavigate()
  const [view, setView] = createSignal<View>({ kind: "list" })
  const [removing, setRemoving] = createSignal<Server>()
  const form = () => {
    const now = view()
    return now.kind === "form" ? now : undefined
  }
  const focusId = () => {
    const now = view()
    return now.kind === "list" ? now.focusId : undefined
  }
  const close = () => {
    props.onOpenChange(false)
    setView({ kind: "list" })
  }
  const remove = (server: Server) => {
    const wasActive = servers.active()?.id === server.id
    const undo = servers.remove(server.id)
    notify({ text: `“${server.name}” was removed.`, action: { label: "Undo", run: undo } })
    // Its page has nothing to show any more.
    if (wasActive) navigate("/", { replace: true })
  }
  const hide = (server: Server) => {
    servers.hide(server.id)
    notify({
      text: `“${server.name}” is hidden.`,
      action: { label: "Undo", run: () => servers.show(server.id) },
    })
  }

  return (
    <Dialog
      class="picker"
      open={props.open}
      onOpenChange={(open) => (open ? props.onOpenChange(true) : close())}
      onEscape={(event) => {
        const back = form()
        if (!back) return
        event.preventDefault()
        setView({ kind: "list" })
      }}
      focusFirst={searchField}
      title={title(view())}
    >
      <Switch
        fallback={
          <PickerList
            focusId={focusId()}
            onPick={close}
            onAdd={() => setView({ kind: "form" })}
            onEdit={(server) => setView({ kind: "form", server })}
            onRemove={setRemoving}
            onHide={hide}
          />
        }
      >
        <Match when={form()}>
          {(now) => (
            <ServerForm
              server={now().server}
              focus
              onDone={(id) => setView({ kind: "list", focusId: id })}
              onCancel={() => setView({ kind: "list" })}
              {...(props.probe && { probe: props.probe })}
            />
          )}
        </Match>
      </Switch>
      <ConfirmDialog
        open={removing() !== undefined}
        onOpenChange={(open) => open || setRemoving(undefined)}
        title={`Remove “${removing()?.name ?? ""}”?`}
        description="It leaves this browser's list. The server itself and its sessions stay as they are."
        confirm="Remove server"
        danger
        onConfirm={() => {
          const server = removing()
          if (server) remove(server)
        }}
        focusAfter={searchField}
      />
    </Dialog>
  )
}

function title(view: View): string {
  if (view.kind === "list") return "Servers"
  if (!view.server) return "Add server"
  return view.server.provided ? `Password for ${view.server.name}` : `Edit ${view.server.name}`
}

/** The list has it, the form has not. */
function searchField(): HTMLElement | null {
  return document.querySelector<HTMLElement>(".picker-search input")
}
