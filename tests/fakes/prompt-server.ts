// What an OpenCode server does with prompts, in memory, and the tabs that send them: each with a link, a chat and
// locks of its own, over one browser storage.

import { createRoot, createSignal } from "solid-js"
import type { Chat } from "../../app/chat/chat.ts"
import { createChat } from "../../app/chat/create-chat.ts"
import { makeIds } from "../../app/chat/message-id.ts"
import { makeClient, makeServerFetch } from "../../app/connection/client.ts"
import type { Follower, LinkState, ServerEvent } from "../../app/connection/connection.ts"
import type { Server } from "../../app/servers/server.ts"
import { session, userMessage } from "./chat-parts.ts"
import { fromTarget } from "./from-target.ts"
import type { FakeLocks } from "./tab-locks.ts"
import { settle, type TestClock } from "./test-clock.ts"

export type PromptServer = {
  /** By session: the texts, in the order in which they were stored. */
  texts: (sessionID: string) => string[]
  sessions: Map<string, unknown>
  asked: string[]
  /** How often each message was posted. */
  posts: Map<string, number>
  /**
   * What happens to a request, if anything but the usual. `lost`: it never arrives. `unheard`: its answer is lost. `dead`: the
   * connection died in silence before it; `deaf`, after it.
   */
  fault: (path: string) => "lost" | "unheard" | "dead" | "deaf" | Response | undefined
  openTab: (options?: { locks?: FakeLocks; live?: boolean; as?: Partial<Server> }) => Promise<PromptTab>
}

export type PromptTab = {
  chat: Chat
  setLink: (state: LinkState) => void
  close: () => void
  crash: () => void
}

const json = (body: object, status = 200) => Response.json(body, { status })
const missing = (what: string) => json({ name: "NotFoundError", data: { message: `${what} not found` } }, 404)

export function makePromptServer(clock: TestClock): PromptServer {
  const sessions = new Map<string, unknown>([["ses_1", session("ses_1")]])
  const stored = new Map<string, { sessionID: string; text: string }>()
  const posts = new Map<string, number>()
  const asked: string[] = []
  const streams = new Set<(event: ServerEvent) => void>()
  const makeId = makeIds(clock.now)
  let created = 0

  const accept = (sessionID: string, body: { messageID: string; parts: { text: string }[] }): Response => {
    if (!sessions.has(sessionID)) return missing("Session")
    posts.set(body.messageID, (posts.get(body.messageID) ?? 0) + 1)
    stored.set(body.messageID, { sessionID, text: body.parts[0]?.text ?? "" })
    const info = userMessage(body.messageID, { sessionID, time: { created: clock.now() } })
    const event = { id: "evt", type: "message.updated", properties: { sessionID, info } } as ServerEvent
    for (const tell of streams) tell(event)
    return new Response(null, { status: 204 })
  }
  const answerTo = async (request: Request, path: string): Promise<Response> => {
    const [, , id = "", kind, messageID] = path.split(" ")[1]?.split("/") ?? []
    if (path === "GET /path") return json({ directory: "/work/repo" })
    if (path === "GET /session/status") return json({})
    if (path === "GET /session") return json([...sessions.values()])
    if (path === "POST /session") {
      const made = session(`ses_new${++created}`, (await request.json()) as object)
      sessions.set(made.id, made)
      return json(made)
    }
    if (kind === "prompt_async") return accept(id, (await request.json()) as Parameters<typeof accept>[1])
    if (messageID) {
      return stored.get(messageID)?.sessionID === id
        ? json({ info: userMessage(messageID), parts: [] })
        : missing("Message")
    }
    if (!sessions.has(id)) return missing("Session")
    if (kind === "children" || kind === "message") return json([])
    return json(sessions.get(id) as object)
  }

  const world: PromptServer = {
    texts: (id) => [...stored.values()].flatMap((one) => (one.sessionID === id ? [one.text] : [])),
    sessions,
    asked,
    posts,
    fault: () => undefined,
    async openTab({ locks, live = true, as = {} } = {}) {
      const server = { id: "t:1", name: "t", url: "http://t:1", provided: false, ...as }
      const tab = locks?.tab()
      const serve = async (request: Request): Promise<Response> => {
        const path = `${request.method} ${new URL(request.url).pathname.replace("/api/proxy", "")}`
        asked.push(path)
        const fault = world.fault(path)
        if (fault === "lost") throw new TypeError("lost")
        if (fault instanceof Response) return fault.clone()
        if (fault === "dead") return new Promise(() => undefined)
        const response = fromTarget(await answerTo(request, path))
        if (fault === "deaf") return new Promise(() => undefined)
        if (fault === "unheard") throw new TypeError("unheard")
        return response
      }
      const opened = createRoot((dispose) => {
        const [state, set] = createSignal<LinkState>("connecting")
        let follower: Follower | undefined
        const link = {
          state,
          reason: () => undefined,
          retryNow: () => undefined,
          follow: (one: Follower) => {
            follower = one
          },
        }
        const client = makeClient(makeServerFetch(server, serve))
        const chat = createChat({ server, client, link }, { clock, makeId, locks: tab?.locks })
        chat.openSession(() => "ses_1")
        const hear = (event: ServerEvent) => void (state() === "live" && follower?.apply([event]))
        streams.add(hear)
        const setLink = (next: LinkState) => {
          if (next !== "live") return void set(next)
          void follower?.resync(new AbortController().signal).then((merge) => merge())
          set(next)
        }
        const close = () => {
          streams.delete(hear)
          dispose()
          tab?.crash()
        }
        // A crash tells nobody.
        const crash = () => {
          streams.delete(hear)
          set("offline")
          tab?.crash()
        }
        return { chat, setLink, close, crash }
      })
      if (live) opened.setLink("live")
      await settle()
      return opened
    },
  }
  return world
}

/** Browsers tell the other tabs of a change; here all tabs share a window, which hears nothing of its own. */
export function tellTabs(): void {
  window.dispatchEvent(new StorageEvent("storage", { key: null }))
}
