import type { Accessor } from "solid-js"
import { createLasting } from "../base/create-lasting.ts"
import type { Chat } from "./chat.ts"

/** As long as the header waits before it says that the link is down. */
const patienceMs = 2_000

/** The link is down, and not just for a moment: what was at work may have ended since. */
export function createCut(chat: Pick<Chat, "live">): Accessor<boolean> {
  return createLasting(() => !chat.live(), patienceMs)
}
