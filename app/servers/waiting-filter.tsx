// “Where does something need me?”, beside the search field of the picker: how much waits, and a list of just those
// servers. When nothing waits any more, the whole list is back.
import { type Accessor, createMemo, createSignal, Show } from "solid-js"
import type { Server } from "./server.ts"
import { useServers } from "./server-context.tsx"
import { waitingCount, waitingWords } from "./server-health.ts"
import "./waiting-filter.css"

export type WaitingFilter = {
  total: Accessor<number>
  on: Accessor<boolean>
  toggle: () => void
  admits: (server: Server) => boolean
}

export function createWaitingFilter(): WaitingFilter {
  const servers = useServers()
  const [wanted, setWanted] = createSignal(false)
  const waiting = (server: Server) => waitingCount(servers.health(server.id))
  const total = createMemo(() => servers.list().reduce((sum, server) => sum + waiting(server), 0))
  const on = () => wanted() && total() > 0
  return {
    total,
    on,
    toggle: () => void setWanted(!on()),
    admits: (server) => !on() || waiting(server) > 0,
  }
}

export function WaitingButton(props: { filter: WaitingFilter }) {
  return (
    <Show when={props.filter.total()}>
      {(total) => (
        <button
          type="button"
          class="waiting-filter"
          aria-pressed={props.filter.on()}
          data-tooltip={props.filter.on() ? "Show all servers" : "Show only these servers"}
          onClick={() => props.filter.toggle()}
        >
          {waitingWords(total())}
        </button>
      )}
    </Show>
  )
}
