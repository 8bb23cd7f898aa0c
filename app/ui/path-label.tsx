import { Show } from "solid-js"
import "./path-label.css"

/** A path in one line: where there is no room, the directories give way, never the name. */
export function PathLabel(props: { path: string }) {
  const cut = () => props.path.lastIndexOf("/") + 1
  return (
    <span class="path-label" title={props.path}>
      <Show when={cut() > 0}>
        <span class="path-directory">{props.path.slice(0, cut())}</span>
      </Show>
      <span class="path-name">{props.path.slice(cut())}</span>
    </span>
  )
}
