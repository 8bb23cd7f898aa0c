import Lock from "lucide-solid/icons/lock"
import { Match, Switch } from "solid-js"
import "./dot.css"

export type DotKind = "ok" | "checking" | "asleep" | "failed" | "locked"

/** State by shape and colour: filled, half, hollow, crossed, a lock. `label` is spoken. */
export function Dot(props: { kind: DotKind; label: string }) {
  return (
    <span class="dot" data-kind={props.kind} role="img" aria-label={props.label}>
      <Switch
        fallback={
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <circle cx="5" cy="5" r="4" />
          </svg>
        }
      >
        <Match when={props.kind === "locked"}>
          <Lock />
        </Match>
        <Match when={props.kind === "failed"}>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <path d="M2 2 8 8M8 2 2 8" />
          </svg>
        </Match>
        <Match when={props.kind === "checking"}>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <circle cx="5" cy="5" r="4" />
            <path d="M5 1a4 4 0 0 0 0 8z" />
          </svg>
        </Match>
      </Switch>
    </span>
  )
}
