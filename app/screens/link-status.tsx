// The link in one word, in the header.
import { Show } from "solid-js"
import type { SandboxState } from "../../shared/sandboxes.ts"
import type { LinkState } from "../connection/connection.ts"
import { stateDot, stateWords } from "../sandboxes/sandbox-words.ts"
import { Dot, type DotKind } from "../ui/dot.tsx"
import "./link-status.css"

const dots = {
  connecting: "checking",
  live: "ok",
  retrying: "checking",
  offline: "failed",
  refused: "locked",
} as const satisfies Record<LinkState, DotKind>

type Told = { dot: DotKind; label: string; word: string }

/** `resting`: what the sandbox does instead of answering, which is no trouble of the link. */
export function LinkStatus(props: { shown: LinkState | undefined; resting?: SandboxState | undefined }) {
  const told = (): Told | undefined => {
    const { shown, resting } = props
    if (resting)
      return { dot: stateDot(resting), label: stateWords(resting), word: stateWords(resting).toLowerCase() }
    return shown && { dot: dots[shown], label: `Link ${shown}`, word: shown }
  }
  return (
    <div class="link-state" data-state={props.resting ? "resting" : props.shown}>
      <Show when={told()}>
        {(now) => (
          <>
            <Dot kind={now().dot} label={now().label} />
            <span aria-hidden="true">{now().word}</span>
          </>
        )}
      </Show>
    </div>
  )
}
