// What the open server's link and its outbox mean for a sandbox: the link tries again as soon as it starts, and a
// prompt that somebody sends wakes it. Forwarded requests never do, so that no old tab keeps a sandbox awake.
import { createEffect, createMemo, on, untrack } from "solid-js"
import { useChat } from "../chat/chat-context.tsx"
import { useConnection } from "../connection/connection-context.tsx"
import { attempt } from "../sandboxes/sandbox-menu.ts"
import { useSandboxes } from "../sandboxes/sandboxes-context.ts"

export function createSandboxWake(): void {
  const sandboxes = useSandboxes()
  const { server, link } = useConnection()
  const chat = useChat()
  if (!sandboxes) return
  const state = createMemo(() => sandboxes.find(server.id)?.state)
  createEffect(
    on(state, (now) => {
      // It was refused while it slept, and nobody else asks again.
      if ((now === "starting" || now === "ready") && link.state() === "refused") link.retryNow()
    }),
  )
  const newest = createMemo(() => {
    const waiting = chat.outbox.entries().filter((entry) => entry.state !== "back")
    return waiting.at(-1)?.messageID
  })
  // What waits since before this page was opened wakes nothing: who opens it may only want to read. Each prompt wakes
  // it once, so that a person who stops it then has the last word.
  let done = untrack(newest)
  createEffect(() => {
    const id = newest()
    if (id === undefined || id === done || state() !== "stopped") return
    done = id
    attempt(sandboxes.wake(server.id))
  })
}
