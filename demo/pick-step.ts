// Reads a chat request the way the scripted model does: which turn, and how far along.
import * as v from "valibot"
import type { Step, Turn } from "./turn.ts"

const ContentSchema = v.union([
  v.string(),
  v.null_(),
  v.array(v.looseObject({ type: v.string(), text: v.optional(v.string()) })),
])

export const ChatRequestSchema = v.looseObject({
  model: v.string(),
  messages: v.array(v.looseObject({ role: v.string(), content: v.optional(ContentSchema) })),
})
export type ChatRequest = v.InferOutput<typeof ChatRequestSchema>
type ChatMessage = ChatRequest["messages"][number]

export interface Script {
  readonly turns: readonly Turn[]
  /** For the first prompt of a conversation when no word picks a turn, and for every later one. */
  readonly first: Turn
  readonly otherwise: Turn
}

export function pickStep(request: ChatRequest, script: Script): Step {
  if (isTitleRequest(request)) return { text: titleFor(lastPrompt(request.messages)) }
  const { messages } = request
  const at = messages.findLastIndex((message) => message.role === "user")
  const since = messages.slice(at + 1)
  const result = textOf(since.findLast((message) => message.role === "tool"))
  // A rejected ask comes back as a tool result; going on with the script would be deaf.
  if (/rejected|declined/i.test(result)) {
    return { text: "Understood, I leave it as it is." }
  }
  const turn = pickTurn(messages, script)
  const done = since.filter((message) => message.role === "assistant").length
  if (done === 1 && turn.doneAlready?.result.test(result)) return turn.doneAlready.step
  return turn.steps[Math.min(done, turn.steps.length - 1)] ?? {}
}

function pickTurn(messages: readonly ChatMessage[], script: Script): Turn {
  const words = new Set(
    lastPrompt(messages)
      .toLowerCase()
      .match(/[a-z-]+/g),
  )
  const named = script.turns.find((turn) => words.has(turn.word))
  if (named) return named
  return messages.filter((message) => message.role === "user").length === 1 ? script.first : script.otherwise
}

export function lastPrompt(messages: readonly ChatMessage[]): string {
  return textOf(messages.findLast((message) => message.role === "user"))
}

export function isTitleRequest(request: ChatRequest): boolean {
  return request.messages.some(
    (message) => message.role === "system" && /title generator/i.test(textOf(message)),
  )
}

/** The first words of the prompt, which is what a person looks for in the list. */
function titleFor(prompt: string): string {
  const words = prompt.replace(/^.*?:\s*\n/s, "").match(/\S+/g) ?? []
  const title = words.slice(0, 6).join(" ")
  return title === "" ? "New session" : title.charAt(0).toUpperCase() + title.slice(1)
}

function textOf(message: ChatMessage | undefined): string {
  const content = message?.content ?? ""
  return typeof content === "string" ? content : content.map((part) => part.text ?? "").join("\n")
}
