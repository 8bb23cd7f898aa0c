// Every prompt that was sent from a page carries a word of its own, so that the server can be asked what became of it.
import { type ServerView, type StoredMessage, textOf } from "./server-view.ts"

export interface SentPrompt {
  readonly token: string
  /** A restart of the server ended its turn: OpenCode does not take turns up again. */
  interrupted: boolean
  /** How often the app did not send it, said so, and gave the text back. */
  handedBack: number
}

export interface PromptCounts {
  sent: number
  answered: number
  cutOff: number
  handedBack: number
}

/** One sentence for each prompt that was lost, stored twice or answered twice. */
export type Wrong = readonly string[]

export async function judgePrompts(
  prompts: readonly SentPrompt[],
  view: ServerView,
  counts: PromptCounts,
): Promise<Wrong> {
  const all: StoredMessage[] = []
  for (const id of await view.sessions()) all.push(...(await view.messages(id)))
  const wrong: string[] = []
  for (const prompt of prompts) {
    counts.sent += 1
    counts.handedBack += prompt.handedBack
    const verdict = verdictOn(prompt, all)
    if (verdict === "answered" || verdict === "cutOff") counts[verdict] += 1
    else wrong.push(`${prompt.token}: ${verdict}`)
  }
  return wrong
}

export function isStored(token: string, messages: readonly StoredMessage[]): boolean {
  return messages.some((message) => carries(message, token))
}

/** `answered`, `cutOff`, or what is wrong. */
export function verdictOn(prompt: SentPrompt, all: readonly StoredMessage[]): string {
  const stored = all.filter((message) => carries(message, prompt.token))
  const kept = stored[0]
  if (!kept) return "lost"
  if (stored.length > 1) return `stored ${stored.length} times`
  const answers = all.filter(({ info }) => info.parentID === kept.info.id)
  const ends = answers.filter(({ info }) => info.finish !== undefined && info.finish !== "tool-calls")
  if (ends.length > 1) return `answered ${ends.length} times`
  if (ends.length === 1) return "answered"
  if (prompt.interrupted) return "cutOff"
  return answers.length === 0 ? "never answered" : "its answer has no end"
}

const carries = (message: StoredMessage, token: string) =>
  message.info.role === "user" && textOf(message).split(/\s+/).includes(token)
