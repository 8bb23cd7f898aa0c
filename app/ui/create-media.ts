import { type Accessor, createSignal, onCleanup } from "solid-js"

/** A media query as a signal. False where the browser knows no media queries. */
export function createMedia(query: string): Accessor<boolean> {
  const list = window.matchMedia?.(query)
  const [matches, setMatches] = createSignal(list?.matches ?? false)
  const follow = () => setMatches(list.matches)
  list?.addEventListener("change", follow)
  onCleanup(() => list?.removeEventListener("change", follow))
  return matches
}
