import { type Accessor, createMemo } from "solid-js"
import { createLasting } from "../base/create-lasting.ts"
import type { Link, LinkState } from "../connection/connection.ts"

const patienceMs = 2_000

/** The link as people should see it: short trouble is not worth a word, and what lasts is said. */
export function createShownLink(link: Link): Accessor<LinkState | undefined> {
  const live = createMemo(() => link.state() === "live")
  const lasting = createLasting(() => !live(), patienceMs)
  return createMemo<LinkState | undefined>((before) => (live() || lasting() ? link.state() : before))
}
