// Prompts that the event stream has not shown yet. The server accepts some that it then drops (for an unknown
// agent, say), and says so only in a session.error.
import type { Clock } from "../connection/clock.ts"
import type { ServerEvent } from "../connection/connection.ts"
import { errorSentence } from "./sentences.ts"

/** Without an echo for this long, somebody has to go and look. */
export const echoMs = 10_000

export type Echo = { kind: "echoed" } | { kind: "doubtful"; sentence?: string | undefined }

export type Expected = {
  /** Resolves with the echo, at once if it came already, or with a reason to doubt that it will come. */
  echo: (signal: AbortSignal) => Promise<Echo>
  stop: () => void
}

export type Echoes = {
  expect: (sessionID: string, messageID: string) => Expected
  see: (event: ServerEvent) => void
}

type Waiting = { sessionID: string; echoed: boolean; settle?: (echo: Echo) => void }

export function makeEchoes(clock: Clock): Echoes {
  const waiting = new Map<string, Waiting>()
  return {
    expect(sessionID, messageID) {
      const one: Waiting = { sessionID, echoed: false }
      waiting.set(messageID, one)
      return {
        async echo(signal) {
          if (one.echoed) return { kind: "echoed" }
          return new Promise<Echo>((resolve) => {
            const doubt = () => one.settle?.({ kind: "doubtful" })
            const cancel = clock.after(echoMs, doubt)
            one.settle = (settled) => {
              cancel()
              signal.removeEventListener("abort", doubt)
              resolve(settled)
            }
            signal.addEventListener("abort", doubt)
          })
        },
        stop: () => void waiting.delete(messageID),
      }
    },
    see(event) {
      if (event.type === "message.updated") {
        const one = waiting.get(event.properties.info.id)
        if (!one) return
        one.echoed = true
        one.settle?.({ kind: "echoed" })
      }
      if (event.type !== "session.error") return
      const { sessionID, error } = event.properties
      for (const one of waiting.values()) {
        if (one.sessionID === sessionID)
          one.settle?.({ kind: "doubtful", sentence: error && errorSentence(error) })
      }
    },
  }
}
