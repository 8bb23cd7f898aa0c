// Messages and parts as OpenCode sends them, for tests that need only a few fields of them.
import type {
  AssistantMessage,
  Part,
  PermissionRequest,
  QuestionRequest,
  ReasoningPart,
  Session,
  TextPart,
  ToolPart,
  UserMessage,
} from "@opencode-ai/sdk/v2/client"
import type { AnswerTurn, PromptTurn } from "../../app/chat/exchanges.ts"

const sessionID = "ses_1"

export function session(id: string, fields: Partial<Session> = {}): Session {
  return {
    id,
    slug: id,
    projectID: "prj_1",
    directory: "/work/repo",
    title: id,
    version: "1.18.33",
    time: { created: 1000, updated: 1000 },
    ...fields,
  }
}

export function userMessage(id: string, fields: Partial<UserMessage> = {}): UserMessage {
  return {
    id,
    sessionID,
    role: "user",
    time: { created: 1000 },
    agent: "build",
    model: { providerID: "stub", modelID: "m" },
    ...fields,
  }
}

export function assistantMessage(id: string, fields: Partial<AssistantMessage> = {}): AssistantMessage {
  return {
    id,
    sessionID,
    role: "assistant",
    time: { created: 1500, completed: 4000 },
    parentID: "msg_1",
    modelID: "m",
    providerID: "stub",
    mode: "build",
    agent: "build",
    path: { cwd: "/work/repo", root: "/work/repo" },
    cost: 0,
    tokens: { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } },
    ...fields,
  }
}

export function prompt(id: string, text: string, fields: Partial<PromptTurn> = {}): PromptTurn {
  return { info: userMessage(id), parts: [textPart(`${id}_p`, text)], ...fields }
}

export function answer(id: string, parts: Part[], fields: Partial<AssistantMessage> = {}): AnswerTurn {
  return { info: assistantMessage(id, fields), parts }
}

export function textPart(id: string, text: string, fields: Partial<TextPart> = {}): TextPart {
  return { id, sessionID, messageID: "msg_2", type: "text", text, ...fields }
}

export function reasoningPart(id: string, text: string, time: ReasoningPart["time"]): ReasoningPart {
  return { id, sessionID, messageID: "msg_2", type: "reasoning", text, time }
}

type Done = { output?: string; title?: string; metadata?: Record<string, unknown> }

export function toolPart(
  id: string,
  tool: string,
  input: Record<string, unknown>,
  done: Done = {},
): ToolPart {
  const state = {
    status: "completed" as const,
    input,
    output: done.output ?? "",
    title: done.title ?? "",
    metadata: done.metadata ?? {},
    time: { start: 1000, end: 2200 },
  }
  return { id, sessionID, messageID: "msg_2", type: "tool", callID: `call_${id}`, tool, state }
}

export function withState(part: ToolPart, state: ToolPart["state"]): ToolPart {
  return { ...part, state }
}

export function permission(id: string, fields: Partial<PermissionRequest> = {}): PermissionRequest {
  return {
    id,
    sessionID,
    permission: "bash",
    patterns: ["rm -rf dist"],
    metadata: { command: "rm -rf dist" },
    always: ["rm *"],
    ...fields,
  }
}

export function question(id: string, fields: Partial<QuestionRequest> = {}): QuestionRequest {
  const options = [
    { label: "Postgres", description: "A server" },
    { label: "SQLite", description: "A file" },
  ]
  return {
    id,
    sessionID,
    questions: [{ question: "Which database?", header: "Database", options }],
    ...fields,
  }
}
