// The paths of OpenCode that the app asks, answered by a model server.
import { end, isBeingWritten, reply } from "./model-agent.ts"
import { home, type ModelServer } from "./model-server.ts"

export type ModelAnswer = { status: number; body?: unknown; headers?: Record<string, string> }

/** `path` is relative to the server, without a leading slash. */
export function answerModel(
  server: ModelServer,
  method: string,
  path: string,
  query: URLSearchParams,
  body: string,
): ModelAnswer {
  const [kind = "", id = "", more = "", last = ""] = path.split("/")
  if (path === "path") return { status: 200, body: { directory: home } }
  if (path === "session/status") return { status: 200, body: statuses(server) }
  if (kind === "permission")
    return id === "" ? { status: 200, body: server.permissions } : replied(server, id, body)
  if (kind === "question" && id === "") return { status: 200, body: server.questions }
  if (kind === "question") return replied(server, id, more === "reject" ? '{"reply":"reject"}' : "{}")
  if (path === "session" && method === "POST")
    return { status: 200, body: server.create(JSON.parse(body || "{}")) }
  if (path === "session") return { status: 200, body: list(server, query) }
  if (kind === "session") return answerSession(server, { method, id, more, last }, query, body)
  throw new Error(`The model server does not know ${method} ${path}`)
}

type SessionPath = { method: string; id: string; more: string; last: string }

function answerSession(
  server: ModelServer,
  at: SessionPath,
  query: URLSearchParams,
  body: string,
): ModelAnswer {
  const { method, id, more, last } = at
  const one = server.sessions.get(id)
  if (!one) return notFound("Session not found")
  if (more === "children") {
    return { status: 200, body: [...server.sessions.values()].filter((each) => each.parentID === id) }
  }
  if (more === "message" && last !== "") {
    const turn = hideUnfinished(server.stand(id)).find((each) => each.info.id === last)
    return turn ? { status: 200, body: turn } : notFound("Message not found")
  }
  if (more === "message") return messages(server, id, query)
  if (more === "prompt_async") {
    const { messageID, parts } = JSON.parse(body) as {
      messageID?: string
      parts: { id?: string; text: string }[]
    }
    const [part] = parts
    server.prompt(id, {
      text: part?.text ?? "",
      ...(messageID === undefined ? {} : { messageID }),
      ...(part?.id === undefined ? {} : { partID: part.id }),
    })
    return { status: 204 }
  }
  if (more === "abort") {
    if (server.status.has(id)) end(server, id, "abort")
    return { status: 200, body: true }
  }
  if (method === "DELETE") {
    server.remove(one)
    return { status: 200, body: true }
  }
  if (method === "PATCH") server.update(one, JSON.parse(body))
  return { status: 200, body: one }
}

function list(server: ModelServer, query: URLSearchParams): unknown[] {
  return [...server.sessions.values()]
    .filter(
      (one) => one.directory === (query.get("directory") ?? home) && !(query.has("roots") && one.parentID),
    )
    .sort((a, b) => b.time.updated - a.time.updated || (a.id < b.id ? -1 : 1))
    .slice(0, Number(query.get("limit") ?? 100))
}

/** Per directory: what works elsewhere is not in it. */
function statuses(server: ModelServer): object {
  return Object.fromEntries([...server.status].filter(([id]) => server.sessions.get(id)?.directory === home))
}

function messages(server: ModelServer, id: string, query: URLSearchParams): ModelAnswer {
  const all = hideUnfinished(server.stand(id))
  const before = query.get("before")
  const until = before === null ? all.length : all.findIndex((turn) => turn.info.id === before)
  const from = Math.max(0, until - Number(query.get("limit") ?? all.length))
  const oldest = all[from]?.info.id
  return {
    status: 200,
    body: all.slice(from, Math.max(0, until)),
    ...(from > 0 && oldest ? { headers: { "x-next-cursor": oldest } } : {}),
  }
}

/** OpenCode keeps a text to itself until it is complete. */
function hideUnfinished(turns: ReturnType<ModelServer["stand"]>): ReturnType<ModelServer["stand"]> {
  for (const part of turns.flatMap((turn) => turn.parts)) if (isBeingWritten(part)) part.text = ""
  return turns
}

function replied(server: ModelServer, requestID: string, body: string): ModelAnswer {
  const how = (JSON.parse(body || "{}") as { reply?: string }).reply === "reject" ? "reject" : "once"
  if (!reply(server, requestID, how)) return notFound("The request is not known")
  return { status: 200, body: true }
}

function notFound(message: string): ModelAnswer {
  return { status: 404, body: { name: "NotFoundError", data: { message } } }
}
