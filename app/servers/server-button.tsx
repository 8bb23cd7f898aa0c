// The server's name in the header: it says where we are and opens the picker.
import ChevronDown from "lucide-solid/icons/chevron-down"
import { createSignal, lazy, onCleanup, onMount, Show, Suspense } from "solid-js"
import { Dot } from "../ui/dot.tsx"
import { isPickerShortcut, pickerKeys, pickerShortcut } from "./picker-shortcut.ts"
import { useServers } from "./server-context.tsx"
import { healthDot, healthWords } from "./server-health.ts"
import "./server-button.css"

// Most visits never open it.
const loadPicker = () => import("./picker.tsx")
const Picker = lazy(async () => ({ default: (await loadPicker()).Picker }))

export function ServerButton() {
  const servers = useServers()
  const [open, setOpen] = createSignal(false)
  const [wanted, setWanted] = createSignal(false)
  const show = (next: boolean) => {
    if (next) setWanted(true)
    setOpen(next)
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
        <Show when={servers.active()} fallback={<span class="server-name">Pick a server</span>}>
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
        <ChevronDown class="server-chevron" />
      </button>
      <Show when={wanted()}>
        <Suspense>
          <Picker open={open()} onOpenChange={show} />
        </Suspense>
      </Show>
    </>
  )
}
