// A model of an OpenCode server: what it stores, what it says about it, and what it forgets when it restarts. An
// agent that takes one small step at a time is in model-agent.ts, the paths are in model-routes.ts.
import type {
  Part,
  PermissionRequest,
  QuestionRequest,
  Session,
  SessionStatus,
} from "@opencode-ai/sdk/v2/client"
import type { Turn } from "../../app/chat/chat-state.ts"
import { compareMessages } from "../../app/chat/turn-order.ts"
import type { Clock } from "../../app/connection/clock.ts"
import { session, textPart, userMessage } from "./chat-parts.ts"

export const home = "/work/repo"

export type ModelServer = {
  url: string
  sessions: Map<string, Session>
  turns: Map<string, Turn[]>
  status: Map<string, SessionStatus>
  permissions: PermissionRequest[]
  questions: QuestionRequest[]
  /** The message that the agent is writing, by session id. */
  answering: Map<string, string>
  /** The whole of every text, also of those that it keeps to itself because they are still being written. */
  texts: Map<string, string>
  /** What went wrong in a session since its last prompt. */
  errors: Set<string>
  /** How often each prompt arrived, by message id. Deleting it does not undo that. */
  arrived: Map<string, number>
  up: () => boolean
  id: (prefix: string) => string
  now: () => number
  /** Sends an event to every stream, as one of its session's directory; durable ones a second time, as `sync`. */
  emit: (type: string, properties: object, where?: { directory?: string; durable?: boolean }) => void
  create: (fields?: Partial<Session>) => Session
  /** Renamed, or touched by work. */
  update: (one: Session, fields?: Partial<Session>) => void
  remove: (one: Session) => void
  prompt: (sessionID: string, prompt: { messageID?: string; partID?: string; text: string }) => void
  setStatus: (sessionID: string, status: SessionStatus) => void
  putPart: (part: Part) => void
  /** What the server answers: sorted, and without the texts that are still being written. */
  stand: (sessionID: string) => Turn[]
  listen: (hear: (frame: string) => void, end: () => void) => () => void
  /** Everything that it held in memory only is gone; what it wrote, it will never finish. */
  forget: () => void
  stop: () => void
  start: () => void
}

export function makeModelServer(url: string, clock: Pick<Clock, "now">): ModelServer {
  const listeners = new Set<{ hear: (frame: string) => void; end: () => void }>()
  let count = 0
  let up = true

  const server: ModelServer = {
    url,
    sessions: new Map(),
    turns: new Map(),
    status: new Map(),
    permissions: [],
    questions: [],
    answering: new Map(),
    texts: new Map(),
    errors: new Set(),
    arrived: new Map(),
    up: () => up,
    now: clock.now,
    id(prefix) {
      count++
      const time = (clock.now() * 4096 + (count % 4096)).toString(16).padStart(12, "0")
      return `${prefix}_${time}model${String(count).padStart(9, "0")}`
    },
    emit(type, properties, where = {}) {
      const { durable = true } = where
      const of = "sessionID" in properties ? server.sessions.get(String(properties.sessionID)) : undefined
      const directory = where.directory ?? of?.directory ?? home
      const payload = { id: server.id("evt"), type, properties }
      const frame = (body: object) =>
        `data: ${JSON.stringify({ directory, project: "prj_1", payload: body })}\n\n`
      const text = frame(payload) + (durable ? frame({ type: "sync", name: `${type}.1`, data: payload }) : "")
      for (const one of listeners) one.hear(text)
    },
    create(fields = {}) {
      const id = server.id("ses")
      const one = session(id, {
        directory: home,
        time: { created: clock.now(), updated: clock.now() },
        ...fields,
      })
      server.sessions.set(id, one)
      server.turns.set(id, [])
      server.emit("session.created", { sessionID: id, info: one })
      return one
    },
    update(one, fields = {}) {
      Object.assign(one, fields, { time: { ...one.time, updated: clock.now() } })
      server.emit("session.updated", { sessionID: one.id, info: one })
    },
    remove(one) {
      for (const child of [...server.sessions.values()]) if (child.parentID === one.id) server.remove(child)
      server.sessions.delete(one.id)
      server.turns.delete(one.id)
      server.status.delete(one.id)
      server.answering.delete(one.id)
      server.errors.delete(one.id)
      const elsewhere = (ask: { sessionID: string }) => ask.sessionID !== one.id
      server.permissions = server.permissions.filter(elsewhere)
      server.questions = server.questions.filter(elsewhere)
      server.emit("session.deleted", { sessionID: one.id, info: one }, { directory: one.directory })
    },
    prompt(sessionID, { messageID = server.id("msg"), partID = server.id("prt"), text }) {
      const turns = server.turns.get(sessionID) ?? []
      const one = server.sessions.get(sessionID) as Session
      const known = turns.find((turn) => turn.info.id === messageID)
      server.arrived.set(messageID, (server.arrived.get(messageID) ?? 0) + 1)
      if (!known) {
        const info = userMessage(messageID, { sessionID, time: { created: clock.now() } })
        turns.push({ info, parts: [] })
        server.emit("message.updated", { sessionID, info })
        server.putPart(textPart(partID, text, { sessionID, messageID }))
      }
      server.update(one)
      if (!server.status.has(sessionID)) server.setStatus(sessionID, { type: "busy" })
    },
    setStatus(sessionID, status) {
      if (status.type !== "idle") {
        if (!server.status.has(sessionID)) server.errors.delete(sessionID)
        server.status.set(sessionID, status)
      } else server.status.delete(sessionID)
      server.emit("session.status", { sessionID, status }, { durable: false })
      if (status.type === "idle") server.emit("session.idle", { sessionID }, { durable: false })
    },
    putPart(part) {
      const turn = server.turns.get(part.sessionID)?.find((one) => one.info.id === part.messageID)
      if (!turn) return
      const at = turn.parts.findIndex((one) => one.id === part.id)
      if (at >= 0) turn.parts[at] = part
      else turn.parts.push(part)
      server.emit("message.part.updated", { sessionID: part.sessionID, part, time: clock.now() })
    },
    stand(sessionID) {
      return structuredClone(server.turns.get(sessionID) ?? []).sort((a, b) =>
        compareMessages(a.info, b.info),
      )
    },
    listen(hear, end) {
      const one = { hear, end }
      listeners.add(one)
      hear(
        `data: ${JSON.stringify({ payload: { id: server.id("evt"), type: "server.connected", properties: {} } })}\n\n`,
      )
      return () => void listeners.delete(one)
    },
    forget() {
      server.status.clear()
      server.answering.clear()
      server.permissions = []
      server.questions = []
    },
    stop() {
      up = false
      for (const one of [...listeners]) one.end()
      listeners.clear()
      server.forget()
    },
    start: () => {
      up = true
    },
  }
  return server
}
