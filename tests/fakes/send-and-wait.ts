// Sends a prompt and waits until the outbox is done with it: the server has it, or it came back with a reason.
import { createEffect, createRoot } from "solid-js"
import type { Chat, Prompt } from "../../app/chat/chat.ts"

export function sendAndWait(
  chat: Pick<Chat, "outbox">,
  sessionID: string | undefined,
  prompt: Prompt,
): Promise<void> {
  const messageID = chat.outbox.send(sessionID === undefined ? undefined : { sessionID }, prompt)
  return new Promise((resolve, reject) =>
    createRoot((dispose) =>
      createEffect(() => {
        const entry = chat.outbox.entries().find((one) => one.messageID === messageID)
        if (entry && entry.state !== "back") return
        if (entry) reject(new Error(entry.reason ?? "cancelled"))
        else resolve()
        queueMicrotask(() => {
          chat.outbox.collect(messageID)
          dispose()
        })
      }),
    ),
  )
}
