// The server's name in the header: it says where we are and opens the picker.
import BellDot from "lucide-solid/icons/bell-dot"
import ChevronDown from "lucide-solid/icons/chevron-down"
import { createEffect, createMemo, createSignal, lazy, onCleanup, onMount, Show, Suspense } from "solid-js"
import { arrived } from "../base/arrived.ts"
import { Dot } from "../ui/dot.tsx"
import { notify } from "../ui/notices.tsx"
import type { PickerForm, PickerProps } from "./picker.tsx"
import { isPickerShortcut, pickerKeys, pickerShortcut } from "./picker-shortcut.ts"
import { useServers } from "./server-context.tsx"
import { healthDot, healthWords, waitingCount, waitingWords } from "./server-health.ts"
import "./server-button.css"

// Most visits never open it.
const loadPicker = () => arrived(import("./picker.tsx"))
const Picker = lazy(async () => ({ default: (await loadPicker())?.Picker ?? MissingPicker }))

function MissingPicker(props: Pick<PickerProps, "open">) {
  createEffect(() => {
    if (!props.open) return
    notify({
      kind: "warn",
      text: "The list of servers did not arrive: the connection broke off. Reload the page.",
      action: { label: "Reload", run: () => location.reload() },
    })
  })
  return null
}

export type ServerButtonProps = {
  /** The picker's form, opened from elsewhere on the page. */
  form?: PickerForm | undefined
  onFormClose?: () => void
}

export function ServerButton(props: ServerButtonProps) {
  const servers = useServers()
  const shown = () => servers.active() ?? servers.lastActive()
  const [pressed, setPressed] = createSignal(false)
  const open = () => pressed() || props.form !== undefined
  const wanted = createMemo<boolean>((was) => was || open(), false)
  const show = (next: boolean) => {
    setPressed(next)
    if (!next) props.onFormClose?.()
  }
  const onKey = (event: KeyboardEvent) => {
    if (!isPickerShortcut(event)) return
    event.preventDefault()
    show(!open())
  }
  onMount(() => document.addEventListener("keydown", onKey))
  onCleanup(() => document.removeEventListener("keydown", onKey))

  return (
    <>
      <button
        type="button"
        class="server-button"
        aria-haspopup="dialog"
        aria-expanded={open()}
        aria-keyshortcuts={pickerKeys}
        data-tooltip={`Servers  ${pickerShortcut}`}
        onPointerEnter={() => void loadPicker()}
        onClick={() => show(true)}
      >
        <Show when={shown()} fallback={<span class="server-name">Servers</span>}>
          {(server) => (
            <>
              <Dot
                kind={healthDot(servers.health(server().id))}
                label={healthWords(servers.health(server().id))}
              />
              <span class="server-name">{server().name}</span>
            </>
          )}
        </Show>
        <Elsewhere />
        <ChevronDown class="server-chevron" />
      </button>
      <Show when={wanted()}>
        <Suspense>
          <Picker open={open()} onOpenChange={show} form={props.form} />
        </Suspense>
      </Show>
    </>
  )
}

/** Something on another server than this one waits for the person. */
function Elsewhere() {
  const servers = useServers()
  const others = createMemo(() =>
    servers
      .list()
      .filter((server) => server.id !== servers.active()?.id && waitingCount(servers.health(server.id)) > 0),
  )
  const count = () => others().reduce((sum, { id }) => sum + waitingCount(servers.health(id)), 0)
  const where = () => {
    const [first, ...rest] = others().map((server) => server.name)
    return rest.length === 0 ? first : `${rest.length + 1} other servers`
  }
  return (
    <Show when={count()}>
      {(waiting) => {
        const words = () => `${waitingWords(waiting())} on ${where()}`
        return (
          <span class="server-elsewhere" data-tooltip={words()}>
            <BellDot aria-hidden="true" />
            <span aria-hidden="true">{waiting()}</span>
            <span class="server-elsewhere-words">, {words()}</span>
          </span>
        )
      }}
    </Show>
  )
}
