// A session as a person reads it: what was asked, then everything the agent did about it.
import type { AssistantMessage, UserMessage } from "@opencode-ai/sdk/v2/client"
import type { Turn } from "./chat-state.ts"
import { wasStopped } from "./sentences.ts"
import { outcomeOf } from "./tool-outcome.ts"

export type PromptTurn = Turn & { info: UserMessage }
export type AnswerTurn = Turn & { info: AssistantMessage }

/**
 * `prompt` is missing where the loaded part of a session begins in the middle of an answer. The id is the prompt's all
 * the same: what is loaded after a gap begins elsewhere, and what stands there is not drawn anew for that.
 */
export type Exchange = { id: string; prompt: PromptTurn | undefined; answers: AnswerTurn[] }

export function exchangesOf(turns: readonly Turn[]): Exchange[] {
  const exchanges: Exchange[] = []
  for (const turn of turns) {
    const last = exchanges.at(-1)
    if (isPrompt(turn)) exchanges.push({ id: turn.info.id, prompt: turn, answers: [] })
    else if (isAnswer(turn) && last) last.answers.push(turn)
    else if (isAnswer(turn))
      exchanges.push({ id: turn.info.parentID || turn.info.id, prompt: undefined, answers: [turn] })
  }
  return exchanges
}

function isPrompt(turn: Turn): turn is PromptTurn {
  return turn.info.role === "user"
}

function isAnswer(turn: Turn): turn is AnswerTurn {
  return turn.info.role === "assistant"
}

/** `unread`: the agent was stopped before it came to this prompt. */
export type Standing = "working" | "queued" | "unread" | "over"

/** Where each exchange stands. A prompt that is sent while the agent works is stored at once, and read later. */
export function standingsOf(exchanges: readonly Exchange[], busy: boolean): Map<string, Standing> {
  const working = busy ? workingIndex(exchanges) : exchanges.length
  const standings = new Map<string, Standing>()
  let stoppedAt = 0
  exchanges.forEach((exchange, index) => {
    const last = exchange.answers.at(-1)?.info
    const sentAt = exchange.prompt?.info.time.created ?? Number.POSITIVE_INFINITY
    const unread = !last && !exchange.prompt?.pending && sentAt <= stoppedAt
    if (last) stoppedAt = endedByPerson(exchange) ? (last.time.completed ?? 0) : 0
    if (index === working) standings.set(exchange.id, "working")
    else if (index > working) standings.set(exchange.id, "queued")
    else standings.set(exchange.id, unread ? "unread" : "over")
  })
  return standings
}

/** Stopped, or rejected without a reason to go on with. */
function endedByPerson(exchange: Exchange): boolean {
  const last = exchange.answers.at(-1)
  if (last?.info.error && wasStopped(last.info.error)) return true
  return (
    last?.parts.some((part) => part.type === "tool" && outcomeOf(part, false).kind === "rejected") ?? false
  )
}

/** The exchange whose answer still grows; where none does, the newest prompt is next. */
function workingIndex(exchanges: readonly Exchange[]): number {
  const answered = exchanges.findLastIndex((exchange) => exchange.answers.length > 0)
  const last = exchanges[answered]?.answers.at(-1)?.info
  const goesOn = last !== undefined && (!last.time.completed || last.finish === "tool-calls")
  return goesOn ? answered : exchanges.length - 1
}

export type Totals = { input: number; output: number; cost: number; elapsedMs: number; model: string }

/** What one exchange took, all its steps together; undefined while the agent still works on it. */
export function totalsOf(exchange: Exchange): Totals | undefined {
  const last = exchange.answers.at(-1)
  const first = exchange.prompt?.info ?? exchange.answers[0]?.info
  if (!last?.info.time.completed || !first) return undefined
  const totals: Totals = {
    input: 0,
    output: 0,
    cost: 0,
    elapsedMs: last.info.time.completed - first.time.created,
    model: last.info.modelID,
  }
  for (const { info } of exchange.answers) {
    totals.input += info.tokens.input + info.tokens.cache.read + info.tokens.cache.write
    totals.output += info.tokens.output + info.tokens.reasoning
    totals.cost += info.cost
  }
  return totals
}
