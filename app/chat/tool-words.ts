// A tool call in one line of words. Inputs come from a model: every field is checked before it is used.
import type { ToolPart } from "@opencode-ai/sdk/v2/client"
import { lookUp } from "../base/bare-record.ts"
import { shortPath } from "../base/short-path.ts"
import { visibleLine } from "../base/visible-text.ts"
import { plural } from "./format.ts"

export type ToolWords = { verb: string; object: string; code: boolean; result: string }
type Fields = Record<string, unknown>

type Describe = (input: Fields, metadata: Fields, short: (path: string) => string) => Partial<ToolWords>

const describers: Readonly<Record<string, Describe>> = {
  bash: (input) => ({ verb: "Run", object: firstLine(text(input.command)) }),
  edit: (input, metadata, short) => ({
    verb: "Edit",
    object: short(text(input.filePath)),
    result: changes(metadata),
  }),
  write: (input, metadata, short) => ({
    verb: "Write",
    object: short(text(input.filePath)),
    result: changes(metadata),
  }),
  apply_patch: (_input, metadata) => ({ verb: "Patch", object: filesOf(metadata), code: false }),
  read: (input, _metadata, short) => ({
    verb: "Read",
    object: short(text(input.filePath)),
    result: rangeOf(input),
  }),
  grep: (input, metadata) => ({
    verb: "Search",
    object: text(input.pattern),
    result: found(metadata.matches, "match", "matches"),
  }),
  glob: (input, metadata) => ({
    verb: "Find",
    object: text(input.pattern),
    result: found(metadata.count, "file"),
  }),
  list: (input, metadata, short) => ({
    verb: "List",
    object: short(text(input.path)) || ".",
    result: found(metadata.count, "entry", "entries"),
  }),
  webfetch: (input) => ({ verb: "Fetch", object: text(input.url) }),
  websearch: (input) => ({ verb: "Search the web", object: text(input.query), code: false }),
  todowrite: (input, metadata) => todoWords(todosOf(metadata.todos ?? input.todos)),
  task: (input) => ({
    verb: "Delegate",
    object: text(input.description),
    code: false,
    result: text(input.subagent_type),
  }),
  question: (input, metadata) => ({
    verb: "Ask",
    object: questionsOf(input.questions)[0] ?? "",
    code: false,
    result: answersOf(metadata.answers).flat().join(", "),
  }),
  skill: (input) => ({ verb: "Use skill", object: text(input.name) }),
  invalid: (input) => ({ verb: "Call", object: text(input.tool), result: "not a valid call" }),
}

export function toolWords(part: ToolPart, directory: string): ToolWords {
  const { input } = part.state
  const metadata = metadataOf(part)
  const describe = lookUp(describers, part.tool)
  const words = describe?.(input, metadata, (path) => shortPath(path, directory)) ?? {}
  const title = part.state.status === "completed" ? part.state.title : ""
  return {
    verb: visibleLine(words.verb ?? part.tool),
    object: visibleLine(words.object || (describe ? "" : title)),
    code: words.code ?? describe !== undefined,
    result: part.state.status === "completed" ? (words.result ?? "") : "",
  }
}

export function metadataOf(part: ToolPart): Fields {
  return ("metadata" in part.state ? part.state.metadata : undefined) ?? {}
}

export type TodoItem = { content: string; status: string }

export function todosOf(value: unknown): TodoItem[] {
  if (!Array.isArray(value)) return []
  return value
    .filter((item): item is Fields => typeof item === "object" && item !== null)
    .map((item) => ({ content: text(item.content), status: text(item.status) }))
}

function todoWords(todos: TodoItem[]): Partial<ToolWords> {
  const done = todos.filter((todo) => todo.status === "completed").length
  const current = todos.find((todo) => todo.status === "in_progress")
  return {
    verb: "Plan",
    object: current?.content ?? "",
    code: false,
    result: `${done} of ${todos.length} done`,
  }
}

/** "Read 3 files · searched 2×" */
export function exploreWords(parts: readonly ToolPart[]): string {
  const times = (names: string[]) => parts.filter((part) => names.includes(part.tool)).length
  const reads = new Set(
    parts.filter((part) => part.tool === "read").map((part) => text(part.state.input.filePath)),
  )
  const searches = times(["grep", "glob"])
  const lists = times(["list", "ls"])
  const words = [
    reads.size > 0 ? `read ${plural(reads.size, "file")}` : "",
    searches > 0 ? `searched ${searches}×` : "",
    lists > 0 ? `listed ${plural(lists, "directory", "directories")}` : "",
  ].filter(Boolean)
  const line = words.join(" · ")
  return line.charAt(0).toUpperCase() + line.slice(1)
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : ""
}

function firstLine(command: string): string {
  const [first = "", ...others] = command.trim().split("\n")
  return others.length > 0 ? `${first} …` : first
}

function changes(metadata: Fields): string {
  const diff = metadata.filediff
  if (typeof diff !== "object" || diff === null) return ""
  const { additions, deletions } = diff as Fields
  return typeof additions === "number" && typeof deletions === "number" ? `+${additions} −${deletions}` : ""
}

function filesOf(metadata: Fields): string {
  return Array.isArray(metadata.files) ? plural(metadata.files.length, "file") : ""
}

function rangeOf(input: Fields): string {
  if (typeof input.offset !== "number" || input.offset < 1) return ""
  return typeof input.limit === "number"
    ? `lines ${input.offset}–${input.offset + input.limit - 1}`
    : `from line ${input.offset}`
}

function found(value: unknown, one: string, many?: string): string {
  return typeof value === "number" ? plural(value, one, many) : ""
}

export function questionsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return value.map((one: unknown) =>
    typeof one === "object" && one !== null && "question" in one ? text(one.question) : "",
  )
}

/** Per question, what was picked or typed. */
export function answersOf(value: unknown): string[][] {
  if (!Array.isArray(value)) return []
  return value.map((one: unknown) => (Array.isArray(one) ? one.map(text).filter(Boolean) : []))
}
