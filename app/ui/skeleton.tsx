import { createSignal, Index, onCleanup, Show } from "solid-js"
import "./skeleton.css"

/** Widths that look like text without looking random on every visit. */
const widths = ["82%", "64%", "91%", "48%", "73%", "57%"]

/** Shown after 150 ms: what loads faster never flickers. */
export function Skeleton(props: { rows?: number; label: string }) {
  const [due, setDue] = createSignal(false)
  const timer = setTimeout(() => setDue(true), 150)
  onCleanup(() => clearTimeout(timer))
  return (
    <div class="skeleton" role="status" aria-label={props.label}>
      <Show when={due()}>
        <Index each={Array.from({ length: props.rows ?? 3 })}>
          {(_, index) => (
            <div class="skeleton-row" style={{ "inline-size": widths[index % widths.length] ?? "100%" }} />
          )}
        </Index>
      </Show>
    </div>
  )
}
