import { type Accessor, createEffect, onCleanup } from "solid-js"

/** Names the tab, the most particular first, for as long as the owner stands. */
export function createPageTitle(parts: Accessor<readonly string[]>): void {
  createEffect(() => {
    document.title = [...parts(), "Sandbar"].join(" · ")
  })
  onCleanup(() => {
    document.title = "Sandbar"
  })
}
