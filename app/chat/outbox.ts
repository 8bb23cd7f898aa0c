// Prompts that the server accepted but has not shown on the event stream yet. It accepts some that it then
// drops (an unknown agent), saying so only in a session.error.
import type { Clock } from "../connection/clock.ts"
import type { ServerEvent } from "../connection/connection.ts"
import { errorSentence } from "./sentences.ts"

/** Without an echo for this long, somebody has to go and look. */
export const echoMs = 10_000

export type Echo = { kind: "echoed" } | { kind: "doubtful"; sentence?: string | undefined }

export type Outbox = {
  waitForEcho: (sessionID: string, messageID: string) => Promise<Echo>
  see: (event: ServerEvent) => void
}

export function makeOutbox(clock: Clock): Outbox {
  const waiting = new Map<string, { sessionID: string; settle: (echo: Echo) => void }>()
  return {
    waitForEcho(sessionID, messageID) {
      return new Promise((resolve) => {
        const settle = (echo: Echo) => {
          cancel()
          waiting.delete(messageID)
          resolve(echo)
        }
        const cancel = clock.after(echoMs, () => settle({ kind: "doubtful" }))
        waiting.set(messageID, { sessionID, settle })
      })
    },
    see(event) {
      if (event.type === "message.updated") waiting.get(event.properties.info.id)?.settle({ kind: "echoed" })
      if (event.type !== "session.error") return
      const { sessionID, error } = event.properties
      for (const one of [...waiting.values()]) {
        if (one.sessionID !== sessionID) continue
        one.settle({ kind: "doubtful", sentence: error && errorSentence(error) })
      }
    },
  }
}
