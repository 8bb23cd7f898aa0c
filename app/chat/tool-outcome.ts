// How a tool call stands, in one word. OpenCode tells a rejection and a stop only by the words of the error.
import type { ToolPart } from "@opencode-ai/sdk/v2/client"

export type Outcome =
  | { kind: "waiting" | "running" | "done" | "rejected" | "stopped" | "failed"; word: string }
  /** A program that ended with a code; whether that is bad is for the reader to say. */
  | { kind: "exit"; word: string }

const rejection = /^(?:\w*Error: )?The user (?:rejected permission|dismissed this question)/
const forbidden = /^(?:\w*Error: )?The user has specified a rule which prevents/
const abortion = /^(?:\w*Error: )?Tool execution aborted/

export function outcomeOf(part: ToolPart, waits: boolean): Outcome {
  const { state } = part
  switch (state.status) {
    case "completed": {
      const exit = part.tool === "bash" ? state.metadata?.exit : 0
      if (typeof exit === "number" && exit !== 0) return { kind: "exit", word: `exit ${exit}` }
      return { kind: "done", word: "" }
    }
    case "error":
      if (rejection.test(state.error)) return { kind: "rejected", word: "rejected" }
      if (forbidden.test(state.error)) return { kind: "rejected", word: "not allowed" }
      if (abortion.test(state.error)) return { kind: "stopped", word: "stopped" }
      return { kind: "failed", word: "failed" }
    default:
      return waits ? { kind: "waiting", word: "waits for you" } : { kind: "running", word: "running" }
  }
}

/** What a person reads instead of the words that are meant for the model; undefined for a real failure. */
export function settledSentence(part: ToolPart): string | undefined {
  if (part.state.status !== "error") return undefined
  const { kind } = outcomeOf(part, false)
  if (kind === "stopped") return "The agent was stopped before this was done."
  if (kind !== "rejected") return undefined
  if (forbidden.test(part.state.error)) return "The server's settings do not allow this call."
  const feedback = /following feedback: ([\s\S]+)$/.exec(part.state.error)?.[1]
  if (feedback) return `You rejected this and said: ${feedback}`
  return part.tool === "question" ? "You declined to answer." : "You rejected this."
}
