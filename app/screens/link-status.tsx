// The link in one word, in the header.
import { Show } from "solid-js"
import type { LinkState } from "../connection/connection.ts"
import { Dot, type DotKind } from "../ui/dot.tsx"
import "./link-status.css"

const dots = {
  connecting: "checking",
  live: "ok",
  retrying: "checking",
  offline: "failed",
  refused: "locked",
} as const satisfies Record<LinkState, DotKind>

/** `asleep`: the server refuses because it sleeps, which is no trouble. */
export function LinkStatus(props: { shown: LinkState | undefined; asleep?: boolean }) {
  const sleeps = () => props.asleep === true && props.shown === "refused"
  return (
    <div class="link-state" data-state={props.shown}>
      <Show when={props.shown}>
        {(state) => (
          <>
            <Dot kind={sleeps() ? "asleep" : dots[state()]} label={sleeps() ? "Asleep" : `Link ${state()}`} />
            <span aria-hidden="true">{sleeps() ? "asleep" : state()}</span>
          </>
        )}
      </Show>
    </div>
  )
}
