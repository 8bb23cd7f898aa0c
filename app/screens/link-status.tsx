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

export function LinkStatus(props: { shown: LinkState | undefined }) {
  return (
    <div class="link-state" data-state={props.shown}>
      <Show when={props.shown}>
        {(state) => (
          <>
            <Dot kind={dots[state()]} label={`Link ${state()}`} />
            <span aria-hidden="true">{state()}</span>
          </>
        )}
      </Show>
    </div>
  )
}
