// What is drawn of an answer, in order. Reads kinds and states only, never growing text, so that a delta
// redraws one block and not the list.
import type {
  AssistantMessage,
  FilePart,
  Part,
  ReasoningPart,
  RetryPart,
  SubtaskPart,
  TextPart,
  ToolPart,
} from "@opencode-ai/sdk/v2/client"
import type { AnswerTurn } from "./exchanges.ts"

export type Block =
  | { kind: "text"; part: TextPart }
  | { kind: "reasoning"; part: ReasoningPart }
  | { kind: "tool"; part: ToolPart }
  | { kind: "explore"; parts: ToolPart[] }
  | { kind: "file"; part: FilePart }
  | { kind: "subtask"; part: SubtaskPart }
  | { kind: "retry"; part: RetryPart }
  | { kind: "compaction" }
  | { kind: "error"; error: NonNullable<AssistantMessage["error"]> }

/** `key` holds the kind: as long as it stays, the block is the same thing and keeps its place and state. */
export type KeyedBlock = { key: string; block: Block }

const exploring = new Set(["read", "grep", "glob", "list", "ls"])

export function blocksOf(answers: readonly AnswerTurn[]): KeyedBlock[] {
  const blocks: KeyedBlock[] = []
  for (const answer of answers) {
    for (const part of answer.parts) addPart(blocks, part)
    const error = answer.info.error
    if (error) blocks.push({ key: `error:${answer.info.id}`, block: { kind: "error", error } })
  }
  return blocks
}

function addPart(blocks: KeyedBlock[], part: Part) {
  const add = (block: Block) => blocks.push({ key: `${block.kind}:${part.id}`, block })
  switch (part.type) {
    case "text":
      if (!part.ignored && !part.synthetic) add({ kind: "text", part })
      return
    case "tool":
      addTool(blocks, part)
      return
    case "reasoning":
      add({ kind: "reasoning", part })
      return
    case "file":
      add({ kind: "file", part })
      return
    case "subtask":
      add({ kind: "subtask", part })
      return
    case "retry":
      add({ kind: "retry", part })
      return
    case "compaction":
      add({ kind: "compaction" })
      return
    // step-start, step-finish, snapshot, patch and agent are bookkeeping; their numbers are in the message.
    // Kinds that newer servers add are left out on purpose.
  }
}

/** Looking around is one line, however many steps it took. What failed stands alone and opens by itself. */
function addTool(blocks: KeyedBlock[], part: ToolPart) {
  if (!exploring.has(part.tool) || part.state.status === "error") {
    blocks.push({ key: `tool:${part.id}`, block: { kind: "tool", part } })
    return
  }
  const last = blocks.at(-1)?.block
  if (last?.kind === "explore") last.parts.push(part)
  else blocks.push({ key: `explore:${part.id}`, block: { kind: "explore", parts: [part] } })
}
