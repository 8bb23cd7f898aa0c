// A prompt that the server does not have yet says so, once it takes longer than sending usually does.
import { createSignal, For, type JSX, onCleanup, Show } from "solid-js"
import { Button } from "../ui/button.tsx"
import { useChat } from "./chat-context.tsx"
import type { OutboxEntry } from "./outbox-entry.ts"
import { PersonText } from "./person-text.tsx"
import "./exchange-view.css"
import "./waiting-prompt.css"

const lateAfterMs = 2_000
const cancelling =
  "This may have been sent already. If it was not, you can edit it again as soon as the server answers."

/** `otherwise`: what is said while there is nothing to wait for. */
export function WaitingNote(props: { messageID: string; otherwise?: JSX.Element }) {
  const chat = useChat()
  const [late, setLate] = createSignal(false)
  const timer = setTimeout(() => setLate(true), lateAfterMs)
  onCleanup(() => clearTimeout(timer))
  const entry = () =>
    chat.outbox.entries().find((one) => one.messageID === props.messageID && one.state !== "back")
  const waits = () => !chat.live() || late()
  // On its way to a server that answers, it cannot be called back.
  const cancellable = () => !entry()?.cancelled && (!chat.live() || entry()?.state === "waiting")
  // The text goes there, and the button that had the focus goes away.
  const cancel = (messageID: string) => {
    chat.outbox.cancel(messageID)
    queueMicrotask(() => document.querySelector<HTMLElement>(".composer textarea")?.focus())
  }
  return (
    <Show when={waits() && entry()} fallback={props.otherwise}>
      {(one) => (
        <p class="person-note waiting-note" role="status">
          <span>
            {one().cancelled ? cancelling : "Waiting for the server"}
            <Show when={one().unkept}>
              {". This browser has no room to keep a copy: leave this tab open until it is sent."}
            </Show>
          </span>
          <Show when={cancellable()}>
            <Button variant="quiet" size="small" onClick={() => cancel(props.messageID)}>
              Cancel
            </Button>
          </Show>
        </p>
      )}
    </Show>
  )
}

/** Where there is no timeline to stand in: the session does not exist yet, or is not loaded. */
export function WaitingPrompts(props: { entries: readonly OutboxEntry[] }) {
  // Strings: an entry that changes keeps its place and its clock.
  const ids = () => props.entries.map((entry) => entry.messageID)
  const textOf = (id: string) => props.entries.find((entry) => entry.messageID === id)?.text ?? ""
  return (
    <For each={ids()}>
      {(id) => (
        <div class="exchange">
          <article class="person-turn" aria-label="You" data-pending="">
            <PersonText text={textOf(id)} />
            <WaitingNote messageID={id} />
          </article>
        </div>
      )}
    </For>
  )
}
