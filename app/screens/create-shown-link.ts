import { type Accessor, createComputed, createMemo, createSignal, onCleanup } from "solid-js"
import type { Link, LinkState } from "../connection/connection.ts"

const patienceMs = 2_000

/** The link as people should see it: short trouble is not worth a word, and what lasts is said. */
export function createShownLink(link: Link): Accessor<LinkState | undefined> {
  const live = createMemo(() => link.state() === "live")
  const [lasting, setLasting] = createSignal(false)
  createComputed(() => {
    setLasting(false)
    if (live()) return
    const timer = setTimeout(() => setLasting(true), patienceMs)
    onCleanup(() => clearTimeout(timer))
  })
  return createMemo<LinkState | undefined>((before) => (live() || lasting() ? link.state() : before))
}
