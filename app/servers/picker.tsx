// Pick, add, edit, remove. Picking is following a link: the rest of the app rebuilds itself from the URL.
import { useNavigate } from "@solidjs/router"
import { createMemo, createSignal, Match, Switch } from "solid-js"
import { ConfirmDialog } from "../ui/confirm-dialog.tsx"
import { Dialog } from "../ui/dialog.tsx"
import { notify } from "../ui/notices.tsx"
import type { LinkedServer } from "./linked-server.ts"
import { PickerList } from "./picker-list.tsx"
import type { probe } from "./probe.ts"
import type { Server } from "./server.ts"
import { useServers } from "./server-context.tsx"
import { type FormField, ServerForm } from "./server-form.tsx"
import "./picker.css"

/** Edits `server`; otherwise adds one, at `address` or as `linked` when there is one already. */
export type PickerForm = {
  server?: Server
  address?: string | undefined
  linked?: LinkedServer | undefined
  field: FormField
}

export type PickerProps = {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** Opens with this form instead of the list, and closes with it. */
  form?: PickerForm | undefined
  /** Opens with this row focused. */
  focusId?: string | undefined
  probe?: typeof probe
}

type View = { kind: "list"; focusId?: string } | ({ kind: "form" } & PickerForm)

export function Picker(props: PickerProps) {
  const servers = useServers()
  const navigate = useNavigate()
  const [chosen, setView] = createSignal<View>()
  const [removing, setRemoving] = createSignal<Server>()
  const asked = createMemo<View | undefined>(() => props.form && { kind: "form", ...props.form })
  const view = () => chosen() ?? asked() ?? list
  const form = () => {
    const now = view()
    return now.kind === "form" ? now : undefined
  }
  const focusId = () => {
    const now = view()
    return now.kind === "list" ? (now.focusId ?? props.focusId) : undefined
  }
  const close = () => {
    props.onOpenChange(false)
    setView(undefined)
  }
  /** Out of the form: to the list, or to the page that asked for it. */
  const leave = (focusId?: string) =>
    asked() ? close() : setView({ kind: "list", ...(focusId !== undefined && { focusId }) })
  const remove = (server: Server) => {
    const wasActive = servers.active()?.id === server.id
    const undo = servers.remove(server.id)
    notify({ text: `“${server.name}” was removed.`, action: { label: "Undo", run: undo } })
    // Its page has nothing to show any more.
    if (wasActive) navigate("/", { replace: true })
  }
  const signOut = (server: Server) => {
    servers.signOut(server.id)
    notify({ text: `Signed out of “${server.name}”. Its password is forgotten in all tabs.` })
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
        if (!form() || asked()) return
        event.preventDefault()
        leave()
      }}
      focusFirst={(content) =>
        searchField() ?? content.querySelector<HTMLElement>(".server-form input:enabled")
      }
      focusAfter={mainRegion}
      title={title(view())}
    >
      <Switch
        fallback={
          <PickerList
            focusId={focusId()}
            onPick={close}
            onAdd={(address) => setView({ kind: "form", field: "address", address })}
            onEdit={(server, field) => setView({ kind: "form", field, server })}
            onSignOut={signOut}
            onRemove={setRemoving}
            onHide={hide}
          />
        }
      >
        <Match when={form()}>
          {(now) => (
            <ServerForm
              server={now().server}
              address={now().address}
              linked={now().linked}
              focus={now().field}
              // What came with a link has no page to go back to: the list shows what became of it.
              onDone={(id) => (now().linked ? setView({ kind: "list", focusId: id }) : leave(id))}
              onCancel={() => leave()}
              {...(props.probe && { probe: props.probe })}
            />
          )}
        </Match>
      </Switch>
      <ConfirmDialog
        open={removing() !== undefined}
        onOpenChange={(open) => open || setRemoving(undefined)}
        title={`Remove “${removing()?.name ?? ""}”?`}
        description="It leaves this browser's list, and its password is forgotten. The server itself and its sessions stay as they are."
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

const list: View = { kind: "list" }

function title(view: View): string {
  if (view.kind === "list") return "Servers"
  if (!view.server) return "Add server"
  return view.server.provided ? `Password for ${view.server.name}` : `Edit ${view.server.name}`
}

/**
 * After a switch the button that opened the picker is gone with its page. The prompt of the new page takes the focus
 * where that raises no keyboard over it; where nothing did, reading goes on here.
 */
function mainRegion(): HTMLElement | null {
  return document.activeElement === document.body ? document.querySelector<HTMLElement>("main") : null
}

/** The list has it, the form has not. */
function searchField(): HTMLElement | null {
  return document.querySelector<HTMLElement>(".picker-search input")
}
