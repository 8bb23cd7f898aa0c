// A model of what an OpenCode server stores and tells: every command changes the store and gives the events that
// the real server would send for it.
import type { Part, Session, SessionStatus, TextPart, ToolPart } from "@opencode-ai/sdk/v2/client"
import type { Turn } from "../../app/chat/chat-state.ts"
import type { ServerEvent } from "../../app/connection/connection.ts"
import { assistantMessage, session, textPart, toolPart, userMessage, withState } from "./chat-parts.ts"

export const commands = [
  "create",
  "rename",
  "delete",
  "prompt",
  "answer",
  "beginText",
  "delta",
  "delta",
  "delta",
  "endText",
  "tool",
  "toolOutput",
  "removePart",
  "removeMessage",
  "idle",
] as const
export type Command = { kind: (typeof commands)[number]; pick: number }

export type Snapshot = {
  sessions: Session[]
  status: Record<string, SessionStatus>
  messages: Record<string, Turn[]>
}

export type ChatServer = {
  run: (command: Command) => ServerEvent[]
  /** OpenCode 1 answers "" for a text that is still being written; `partial` answers what there is. */
  snapshot: (partial?: boolean) => Snapshot
}

export function makeChatServer(): ChatServer {
  const sessions = new Map<string, Session>()
  const status: Record<string, SessionStatus> = {}
  const messages = new Map<string, Turn[]>()
  let count = 0
  const next = () => {
    count++
    return String(count).padStart(6, "0")
  }
  const event = (type: string, properties: object) =>
    ({ id: `evt_${next()}`, type, properties }) as ServerEvent
  const updated = (part: Part) =>
    event("message.part.updated", { sessionID: part.sessionID, part: { ...part }, time: 0 })
  const put = (turn: Turn, part: Part) => {
    turn.parts.push(part)
    return [updated(part)]
  }

  const onSession = (kind: Command["kind"], one: Session): ServerEvent[] | undefined => {
    const turns = messages.get(one.id) ?? []
    const created = ++count
    if (kind === "rename") {
      one.title = `Title ${created}`
      one.time = { ...one.time, updated: created }
      return [event("session.updated", { sessionID: one.id, info: { ...one } })]
    }
    if (kind === "delete") {
      sessions.delete(one.id)
      messages.delete(one.id)
      delete status[one.id]
      return [event("session.deleted", { sessionID: one.id, info: { ...one } })]
    }
    if (kind === "idle") {
      delete status[one.id]
      // As when it is stopped: idle first, then what it had written.
      const cut = turns.flatMap((turn) => turn.parts).filter(isBeingWritten)
      for (const part of cut) part.time = { start: 1, end: 2 }
      return [
        event("session.status", { sessionID: one.id, status: { type: "idle" } }),
        event("session.idle", { sessionID: one.id }),
        ...cut.map(updated),
      ]
    }
    if (kind !== "prompt" && kind !== "answer") return undefined
    const id = `msg_${next()}`
    const fields = { sessionID: one.id, time: { created } }
    const turn: Turn = {
      info: kind === "prompt" ? userMessage(id, fields) : assistantMessage(id, fields),
      parts: [],
    }
    turns.push(turn)
    status[one.id] = { type: "busy" }
    const events = [event("message.updated", { sessionID: one.id, info: { ...turn.info } })]
    if (kind === "prompt") {
      events.push(
        ...put(turn, textPart(`prt_${next()}`, `Prompt ${created}`, { sessionID: one.id, messageID: id })),
      )
    }
    return [...events, event("session.status", { sessionID: one.id, status: { type: "busy" } })]
  }

  const onTurn = (kind: Command["kind"], turns: Turn[], turn: Turn, pick: number): ServerEvent[] => {
    const ids = { sessionID: turn.info.sessionID, messageID: turn.info.id }
    // As on the real server: only the newest answer is written. What an older one has without an end was cut off.
    const isWritten = turn === turns.findLast((one) => one.info.role === "assistant")
    const writing = isWritten ? turn.parts.filter(isBeingWritten) : []
    const text = writing[pick % Math.max(1, writing.length)]
    const tool = turn.parts.find((part): part is ToolPart => part.type === "tool")
    const any = turn.parts[pick % Math.max(1, turn.parts.length)]
    const busy = status[turn.info.sessionID] !== undefined
    if (kind === "beginText" && busy && isWritten)
      return put(turn, textPart(`prt_${next()}`, "", { ...ids, time: { start: 1 } }))
    if (kind === "delta" && text) {
      const delta = `<${text.text.length === 0 ? 0 : Number(/(\d+)>$/.exec(text.text)?.[1]) + 1}>`
      text.text += delta
      return [event("message.part.delta", { ...ids, partID: text.id, field: "text", delta })]
    }
    if (kind === "endText" && text) {
      text.time = { start: 1, end: 2 }
      return [updated(text)]
    }
    if (kind === "tool") return put(turn, { ...toolPart(`prt_${next()}`, "bash", { command: "ls" }), ...ids })
    if (kind === "toolOutput" && tool) {
      Object.assign(
        tool,
        withState(tool, { ...tool.state, metadata: { output: next() } } as ToolPart["state"]),
      )
      return [updated(tool)]
    }
    if (kind === "removePart" && any) {
      turn.parts.splice(turn.parts.indexOf(any), 1)
      return [event("message.part.removed", { ...ids, partID: any.id })]
    }
    if (kind === "removeMessage") {
      turns.splice(turns.indexOf(turn), 1)
      return [event("message.removed", ids)]
    }
    return []
  }

  return {
    run({ kind, pick }) {
      if (kind === "create" || sessions.size === 0) {
        const one = session(`ses_${next()}`, { time: { created: count, updated: count } })
        sessions.set(one.id, one)
        messages.set(one.id, [])
        return [event("session.created", { sessionID: one.id, info: { ...one } })]
      }
      const one = [...sessions.values()][pick % sessions.size] as Session
      const done = onSession(kind, one)
      if (done) return done
      const turns = messages.get(one.id) ?? []
      // Mostly the last one, as in life.
      const turn = turns[turns.length - 1 - (pick % 7 === 0 ? pick % Math.max(1, turns.length) : 0)]
      return turn ? onTurn(kind, turns, turn, pick) : []
    },
    snapshot(partial = false) {
      const all = Object.fromEntries([...messages].map(([id, turns]) => [id, structuredClone(turns)]))
      for (const turn of Object.values(all).flat()) {
        for (const part of turn.parts) {
          if (isBeingWritten(part) && !partial) part.text = ""
        }
      }
      return {
        sessions: structuredClone([...sessions.values()]),
        status: structuredClone(status),
        messages: all,
      }
    },
  }
}

function isBeingWritten(part: Part): part is TextPart {
  return part.type === "text" && part.time !== undefined && part.time.end === undefined
}
