// The link in words. Short trouble is not worth a word; what lasts is said, with a way to try again.
import { createComputed, createMemo, createSignal, onCleanup, Show } from "solid-js"
import type { LinkState } from "../connection/connection.ts"
import { useConnection } from "../connection/connection-context.tsx"
import { Button } from "../ui/button.tsx"
import { Dot, type DotKind } from "../ui/dot.tsx"
import "./link-status.css"

const patienceMs = 2_000

const dots = {
  connecting: "checking",
  live: "ok",
  retrying: "checking",
  offline: "failed",
  refused: "locked",
} as const satisfies Record<LinkState, DotKind>

const sentences = {
  connecting: "Connecting to the server.",
  live: "",
  retrying: "The connection to the server broke off. Trying again.",
  offline: "The server cannot be reached. Trying again.",
  refused: "The server refused the connection.",
} as const satisfies Record<LinkState, string>

export function LinkStatus() {
  const { link } = useConnection()
  const live = createMemo(() => link.state() === "live")
  const [lasting, setLasting] = createSignal(false)
  createComputed(() => {
    setLasting(false)
    if (live()) return
    const timer = setTimeout(() => setLasting(true), patienceMs)
    onCleanup(() => clearTimeout(timer))
  })
  const shown = createMemo<LinkState | undefined>((before) => (live() || lasting() ? link.state() : before))
  const trouble = () => {
    const state = shown()
    return state === "live" ? undefined : state
  }

  return (
    <>
      <div class="link-state" data-state={shown()}>
        <Show when={shown()}>
          {(state) => (
            <>
              <Dot kind={dots[state()]} label={`Link ${state()}`} />
              <span aria-hidden="true">{state()}</span>
            </>
          )}
        </Show>
      </div>
      <div class="link-trouble" role="status">
        <Show when={trouble()}>
          {(state) => (
            <div class="link-strip">
              <span>{link.reason() ?? sentences[state()]}</span>
              <Button size="small" onClick={() => link.retryNow()}>
                Retry now
              </Button>
            </div>
          )}
        </Show>
      </div>
    </>
  )
}
