import { type JSX, Show } from "solid-js"
import "./empty.css"

export type EmptyStateProps = {
  title: string
  /** What happened, then what to do. */
  text?: JSX.Element
  action?: JSX.Element
}

export function EmptyState(props: EmptyStateProps) {
  return (
    <div class="empty-state">
      <h2 class="empty-title">{props.title}</h2>
      <Show when={props.text}>
        <div class="empty-text">{props.text}</div>
      </Show>
      <Show when={props.action}>
        <div class="empty-action">{props.action}</div>
      </Show>
    </div>
  )
}
