// The agent of the model server. It takes one small step at a time, so that a gap can begin and end anywhere.
import type { AssistantMessage, Part, ReasoningPart, TextPart, ToolPart } from "@opencode-ai/sdk/v2/client"
import type { Turn } from "../../app/chat/chat-state.ts"
import { assistantMessage, permission, question, session, textPart, toolPart } from "./chat-parts.ts"
import { home, type ModelServer } from "./model-server.ts"

export const steps = [
  "text",
  "text",
  "reasoning",
  "delta",
  "delta",
  "delta",
  "delta",
  "endText",
  "tool",
  "toolGoesOn",
  "toolEnds",
  "permission",
  "question",
  "subagent",
  "retry",
  "finish",
  "fail",
] as const
export type Step = (typeof steps)[number]

type Answer = Turn & { info: AssistantMessage }

/** One step of the agent in a session that is at work. */
export function step(server: ModelServer, sessionID: string, kind: Step): void {
  if (!server.status.has(sessionID) || waits(server, sessionID)) return
  if (kind === "retry") {
    const next = server.now() + 1000
    server.setStatus(sessionID, { type: "retry", attempt: 1, message: "Rate limited", next })
    return
  }
  if (server.status.get(sessionID)?.type === "retry") server.setStatus(sessionID, { type: "busy" })
  const answer = openAnswer(server, sessionID) ?? beginAnswer(server, sessionID)
  deeds[kind]({
    server,
    sessionID,
    ids: { sessionID, messageID: answer.info.id },
    text: answer.parts.findLast(isBeingWritten),
    tool: answer.parts.findLast(isRunning),
  })
}

type Moment = {
  server: ModelServer
  sessionID: string
  ids: { sessionID: string; messageID: string }
  text: TextPart | ReasoningPart | undefined
  tool: ToolPart | undefined
}

const deeds: Record<Exclude<Step, "retry">, (moment: Moment) => void> = {
  text: (moment) => beginText(moment, "text"),
  reasoning: (moment) => beginText(moment, "reasoning"),
  delta: ({ server, text }) => text && write(server, text),
  endText: ({ server, text }) => text && endText(server, text),
  tool: ({ server, ids }) => putRunning(server, ids, "bash"),
  toolGoesOn({ server, tool }) {
    if (tool)
      server.putPart({ ...tool, state: { ...tool.state, metadata: { output: server.id("out") } } } as Part)
  },
  toolEnds: ({ server, tool }) => tool && endTool(server, tool),
  permission({ server, sessionID, ids, tool }) {
    if (!tool || !isHere(server, sessionID)) return
    const call = { messageID: ids.messageID, callID: tool.callID }
    const request = permission(server.id("per"), { sessionID, tool: call })
    server.permissions.push(request)
    server.emit("permission.asked", request, { durable: false })
  },
  question({ server, sessionID, ids, tool }) {
    if (!tool || !isHere(server, sessionID)) return
    const call = { messageID: ids.messageID, callID: tool.callID }
    const request = question(server.id("que"), { sessionID, tool: call })
    server.questions.push(request)
    server.emit("question.asked", request, { durable: false })
  },
  subagent({ server, sessionID, ids }) {
    if (server.sessions.get(sessionID)?.parentID) return
    const child = server.create({ parentID: sessionID })
    putRunning(server, ids, "task", { sessionId: child.id })
    server.prompt(child.id, { text: "Look into it." })
  },
  finish: ({ server, sessionID }) => end(server, sessionID, "finish"),
  fail: ({ server, sessionID }) => end(server, sessionID, "fail"),
}

/** Ends whatever the session does. A stopped one goes on listing its permission asks, and says nothing of them. */
export function end(server: ModelServer, sessionID: string, how: "finish" | "fail" | "abort"): void {
  for (const child of [...server.sessions.values()]) {
    if (child.parentID === sessionID && server.status.has(child.id)) end(server, child.id, "abort")
  }
  const answer = openAnswer(server, sessionID)
  server.answering.delete(sessionID)
  const error = errorOf(how)
  // As the real one does: a stopped session is idle first, and then says what it had written.
  if (how === "abort") {
    dropQuestions(server, sessionID)
    server.setStatus(sessionID, { type: "idle" })
  }
  for (const part of answer?.parts ?? []) {
    if (isBeingWritten(part)) endText(server, part)
    if (isRunning(part)) endTool(server, part)
  }
  if (answer) {
    answer.info = {
      ...answer.info,
      time: { ...answer.info.time, completed: server.now() },
      ...(error ? { error } : {}),
    }
    server.emit("message.updated", { sessionID, info: answer.info })
  }
  const one = server.sessions.get(sessionID)
  if (one) server.update(one)
  if (how === "abort") return
  if (how === "fail") {
    server.errors.add(sessionID)
    server.emit("session.error", { sessionID, error }, { durable: false })
  }
  server.setStatus(sessionID, { type: "idle" })
}

/** A person's word on an ask; says whether it was still open. */
export function reply(server: ModelServer, requestID: string, how: "once" | "reject"): boolean {
  const asked = server.permissions.find((one) => one.id === requestID)
  if (asked) {
    server.permissions = server.permissions.filter((one) => one !== asked)
    const { sessionID } = asked
    server.emit("permission.replied", { sessionID, requestID, reply: how }, { durable: false })
    if (how === "reject" && server.status.has(sessionID)) end(server, sessionID, "finish")
    return true
  }
  const put = server.questions.find((one) => one.id === requestID)
  if (!put) return false
  server.questions = server.questions.filter((one) => one !== put)
  const type = how === "reject" ? "question.rejected" : "question.replied"
  server.emit(type, { sessionID: put.sessionID, requestID, answers: [["SQLite"]] }, { durable: false })
  return true
}

/** What is asked elsewhere is listed elsewhere. */
function isHere(server: ModelServer, sessionID: string): boolean {
  return server.sessions.get(sessionID)?.directory === home
}

export function waits(server: ModelServer, sessionID: string): boolean {
  const isOpen = server.answering.get(sessionID)
  return [...server.permissions, ...server.questions].some(
    (ask) => ask.sessionID === sessionID && ask.tool?.messageID === isOpen,
  )
}

/** What a restart left behind is never gone on with. */
function openAnswer(server: ModelServer, sessionID: string): Answer | undefined {
  const id = server.answering.get(sessionID)
  return server.turns.get(sessionID)?.find((turn): turn is Answer => turn.info.id === id)
}

function beginAnswer(server: ModelServer, sessionID: string): Answer {
  const turns = server.turns.get(sessionID) ?? []
  const parentID = turns.findLast((turn) => turn.info.role === "user")?.info.id ?? ""
  const info = assistantMessage(server.id("msg"), { sessionID, parentID, time: { created: server.now() } })
  const answer: Answer = { info, parts: [] }
  turns.push(answer)
  server.answering.set(sessionID, info.id)
  server.emit("message.updated", { sessionID, info })
  server.putPart({ id: server.id("prt"), sessionID, messageID: info.id, type: "step-start" })
  return answer
}

function beginText({ server, ids, text }: Moment, type: "text" | "reasoning"): void {
  if (text) return
  const id = server.id("prt")
  server.texts.set(id, "")
  server.putPart({ ...textPart(id, "", ids), type, time: { start: server.now() } } as Part)
}

/** The words of a text are numbered, so that a hole or a repetition shows. */
function write(server: ModelServer, part: TextPart | ReasoningPart): void {
  const before = server.texts.get(part.id) ?? ""
  const delta = `<${before.split(">").length - 1}>`
  server.texts.set(part.id, before + delta)
  const { sessionID, messageID, id: partID } = part
  server.emit(
    "message.part.delta",
    { sessionID, messageID, partID, field: "text", delta },
    { durable: false },
  )
}

function endText(server: ModelServer, part: TextPart | ReasoningPart): void {
  const text = server.texts.get(part.id) ?? ""
  server.putPart({ ...part, text, time: { start: part.time?.start ?? 0, end: server.now() } })
}

function putRunning(
  server: ModelServer,
  ids: { sessionID: string; messageID: string },
  tool: string,
  metadata: Record<string, unknown> = {},
): void {
  const part = toolPart(server.id("prt"), tool, { command: "ls" })
  const state = {
    status: "running" as const,
    input: { command: "ls" },
    metadata,
    time: { start: server.now() },
  }
  server.putPart({ ...part, ...ids, state })
}

function endTool(server: ModelServer, part: ToolPart): void {
  const done = toolPart(part.id, part.tool, part.state.input, { output: "done" })
  server.putPart({ ...part, state: done.state })
}

function dropQuestions(server: ModelServer, sessionID: string): void {
  for (const one of server.questions.filter((each) => each.sessionID === sessionID))
    reply(server, one.id, "reject")
}

function errorOf(how: "finish" | "fail" | "abort"): AssistantMessage["error"] {
  if (how === "finish") return undefined
  if (how === "abort") return { name: "MessageAbortedError", data: { message: "Aborted" } }
  return { name: "UnknownError", data: { message: "The model broke" } }
}

export function isBeingWritten(part: Part): part is TextPart | ReasoningPart {
  return (
    (part.type === "text" || part.type === "reasoning") &&
    part.time !== undefined &&
    part.time.end === undefined
  )
}

function isRunning(part: Part): part is ToolPart {
  return part.type === "tool" && part.state.status === "running"
}

/** A session with so much in it that nothing shows it all at once. */
export function fill(server: ModelServer, sessions: number, turns: number): void {
  for (let index = 0; index < sessions; index++) {
    const one = session(server.id("ses"), {
      directory: home,
      time: { created: server.now() - 100_000 + index, updated: server.now() - 100_000 + index },
    })
    server.sessions.set(one.id, one)
    server.turns.set(one.id, [])
    if (index > 0) continue
    for (let at = 0; at < turns; at++) server.prompt(one.id, { text: `Prompt ${at}` })
    end(server, one.id, "finish")
  }
}
