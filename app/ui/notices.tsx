// Short messages that do not need an answer. They stand at the top, away from the composer.
import X from "lucide-solid/icons/x"
import { For, onCleanup, Show } from "solid-js"
import { createStore } from "solid-js/store"
import { Button } from "./button.tsx"
import { IconButton } from "./icon-button.tsx"
import "./notices.css"

export type NoticeAction = { label: string; run: () => void }
export type NoticeInput = { text: string; kind?: "info" | "warn" | "danger"; action?: NoticeAction }
type Notice = NoticeInput & { id: number }

/** Long enough to read two sentences and to reach Undo. Problems stay until they are closed. */
const lifetimeMs = 8_000
const atMost = 4

const [state, setState] = createStore<{ notices: Notice[] }>({ notices: [] })
let lastId = 0

/** Returns the way to take the notice back. The same text twice is one notice. */
export function notify(input: NoticeInput): () => void {
  lastId += 1
  const notice = { ...input, id: lastId }
  setState("notices", (notices) => [...notices.filter((n) => n.text !== input.text), notice].slice(-atMost))
  return () => dismiss(notice.id)
}

function dismiss(id: number) {
  setState("notices", (notices) => notices.filter((notice) => notice.id !== id))
}

/**
 * Mounted once. The live region is there before the first notice, or screen readers miss it. The attribute
 * keeps it within reach (Undo) while a modal dialog is open.
 */
export function Notices() {
  return (
    <section class="notices" aria-label="Notices" aria-live="polite" data-kb-top-layer="">
      <For each={state.notices}>{(notice) => <NoticeView notice={notice} />}</For>
    </section>
  )
}

function NoticeView(props: { notice: Notice }) {
  let timer: ReturnType<typeof setTimeout> | undefined
  const hold = () => clearTimeout(timer)
  const release = () => {
    hold()
    if (props.notice.kind === "danger") return
    timer = setTimeout(() => dismiss(props.notice.id), lifetimeMs)
  }
  release()
  onCleanup(hold)
  return (
    <div
      class="notice"
      data-kind={props.notice.kind ?? "info"}
      onPointerEnter={hold}
      onPointerLeave={release}
      onFocusIn={hold}
      onFocusOut={release}
    >
      <span class="notice-text">{props.notice.text}</span>
      <Show when={props.notice.action}>
        {(action) => (
          <Button
            variant="quiet"
            size="small"
            onClick={() => {
              dismiss(props.notice.id)
              action().run()
            }}
          >
            {action().label}
          </Button>
        )}
      </Show>
      <IconButton label="Dismiss" icon={<X />} onClick={() => dismiss(props.notice.id)} />
    </div>
  )
}
