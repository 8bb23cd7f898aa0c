// A session as a person reads it: what was asked, then everything the agent did about it.
import type { AssistantMessage, UserMessage } from "@opencode-ai/sdk/v2/client"
import type { Turn } from "./chat-state.ts"

export type PromptTurn = Turn & { info: UserMessage }
export type AnswerTurn = Turn & { info: AssistantMessage }

/** `prompt` is missing where the loaded part of a session begins in the middle of an answer. */
export type Exchange = { id: string; prompt: PromptTurn | undefined; answers: AnswerTurn[] }

export function exchangesOf(turns: readonly Turn[]): Exchange[] {
  const exchanges: Exchange[] = []
  for (const turn of turns) {
    const last = exchanges.at(-1)
    if (isPrompt(turn)) exchanges.push({ id: turn.info.id, prompt: turn, answers: [] })
    else if (isAnswer(turn) && last) last.answers.push(turn)
    else if (isAnswer(turn)) exchanges.push({ id: turn.info.id, prompt: undefined, answers: [turn] })
  }
  return exchanges
}

function isPrompt(turn: Turn): turn is PromptTurn {
  return turn.info.role === "user"
}

function isAnswer(turn: Turn): turn is AnswerTurn {
  return turn.info.role === "assistant"
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
