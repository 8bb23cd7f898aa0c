// What is true: the server itself, asked without any relay.
import * as v from "valibot"
import type { OpenCode } from "../fakes/opencode.ts"

const MessageSchema = v.looseObject({
  info: v.looseObject({
    id: v.string(),
    role: v.string(),
    parentID: v.optional(v.string()),
    /** Why this answer ended: `tool-calls` goes on in another message. */
    finish: v.optional(v.string()),
    time: v.looseObject({ created: v.number(), completed: v.optional(v.number()) }),
  }),
  parts: v.array(v.looseObject({ type: v.string(), text: v.optional(v.string()) })),
})
export type StoredMessage = v.InferOutput<typeof MessageSchema>

const AskSchema = v.looseObject({ id: v.string(), sessionID: v.string() })
const StatusSchema = v.record(v.string(), v.looseObject({ type: v.string() }))
const SessionSchema = v.looseObject({ id: v.string() })

export interface ServerView {
  sessions(): Promise<readonly string[]>
  messages(sessionID: string): Promise<readonly StoredMessage[]>
  /** Sessions at work, those that wait for an answer among them. */
  busy(): Promise<readonly string[]>
  asks(): Promise<readonly { readonly id: string; readonly sessionID: string }[]>
}

export function makeServerView(server: () => Pick<OpenCode, "url" | "headers">): ServerView {
  async function get<Schema extends v.GenericSchema>(
    path: string,
    schema: Schema,
  ): Promise<v.InferOutput<Schema>> {
    const { url, headers } = server()
    const answer = await fetch(url + path, { headers, signal: AbortSignal.timeout(30_000) })
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}`)
    return v.parse(schema, await answer.json())
  }
  return {
    sessions: async () => (await get("/session", v.array(SessionSchema))).map(({ id }) => id),
    messages: (sessionID) => get(`/session/${sessionID}/message`, v.array(MessageSchema)),
    async busy() {
      const all = await get("/session/status", StatusSchema)
      return Object.keys(all).filter((id) => all[id]?.type !== "idle")
    },
    async asks() {
      const [questions, permissions] = await Promise.all([
        get("/question", v.array(AskSchema)),
        get("/permission", v.array(AskSchema)),
      ])
      return [...questions, ...permissions]
    },
  }
}

export const textOf = (message: StoredMessage): string =>
  message.parts.map((part) => (part.type === "text" ? (part.text ?? "") : "")).join("\n")
