// api/sandboxes without a proxy: tests put sandboxes in, read what was asked, and say what is refused.
import type { KeptData, Progress, Sandbox } from "../../shared/sandboxes.ts"
import type { Branches, Offer } from "../../shared/templates.ts"

type Asked = { method: string; path: string; body: unknown }
type Answer = (asked: Asked) => Response | undefined

const start = Date.parse("2026-01-02T03:00:00Z")
/** A time so many milliseconds after the beginning of the test. */
export const at = (ms: number): string => new Date(start + ms).toISOString()
export const startMs = start

export function aSandbox(more: Partial<Sandbox> = {}): Sandbox {
  const id = more.id ?? "sb-aaaaaaaaaaaa"
  return {
    id,
    name: "shop",
    owner: null,
    driver: "process",
    template: "small",
    repository: "https://git.test/team/shop",
    branch: null,
    directory: null,
    state: "ready",
    step: "ready",
    failure: null,
    isFresh: false,
    serverUrl: `http://${id}.sandbox`,
    createdAt: at(-3_600_000),
    lastActivityAt: at(-180_000),
    idleAt: at(720_000),
    keepAwakeUntil: null,
    endsAt: null,
    ...more,
  }
}

export const anOffer: Offer = {
  driver: "process",
  templates: [
    {
      id: "small",
      title: "Small",
      description: "For small changes.",
      cpu: "1 CPU",
      memory: "2 GiB",
      gitHosts: ["git.test"],
      idleAfterSeconds: 1_800,
      maximumLifeSeconds: null,
    },
    {
      id: "large",
      title: "Large",
      description: "For builds.",
      gitHosts: [],
      idleAfterSeconds: null,
      maximumLifeSeconds: 86_400,
    },
  ],
  localDirectories: true,
  isolation: { is: "none", sentence: "It runs as you." },
}

export function makeSandboxApi(first: { sandboxes?: Sandbox[]; data?: KeptData[] } = {}) {
  const state = {
    sandboxes: first.sandboxes ?? [],
    data: first.data ?? [],
    most: 10,
    offer: anOffer,
    branches: { branches: ["main", "next"], default: "main", more: false } as Branches,
    nextId: "sb-eeeeeeeeeeee",
    /** Answers before we do, where it answers at all. */
    instead: (() => undefined) as Answer,
    log: "first line\n",
  }
  const asked: Asked[] = []
  const progress = makeStreams()
  const find = (id: string) => state.sandboxes.find((sandbox) => sandbox.id === id)
  const change = (id: string, more: Partial<Sandbox>) => {
    state.sandboxes = state.sandboxes.map((one) => (one.id === id ? { ...one, ...more } : one))
  }
  const remove = (id: string) => {
    state.sandboxes = state.sandboxes.filter((one) => one.id !== id)
    state.data = state.data.filter((one) => one.id !== id)
  }

  const act = ({ method, path, body }: Asked): Response => {
    const [id = "", verb] = path.split("?", 1)[0]?.split("/").slice(1) ?? []
    if (path === "" && method === "GET") {
      const { sandboxes, data, most } = state
      return Response.json({ sandboxes, data, most })
    }
    if (path === "") {
      const { template, name, repository = null, branch = null, directory = null } = body as Sandbox
      const same = state.sandboxes.find((one) => one.name === name && one.repository === repository)
      if (same) return Response.json(same)
      const made = aSandbox({
        id: (body as { adopt?: string }).adopt ?? state.nextId,
        ...{ template, name, repository, branch, directory },
        ...{ state: "starting", step: "queued", idleAt: null },
      })
      remove(made.id)
      state.sandboxes.push(made)
      return Response.json(made, { status: 202 })
    }
    if (id === "offer") return Response.json(state.offer)
    if (id.startsWith("branches")) return Response.json(state.branches)
    if (method === "DELETE") {
      remove(id)
      return new Response(null, { status: 204 })
    }
    if (!find(id)) return problem(404, "sandbox.unknown", "There is no such sandbox.")
    if (verb === "wake") change(id, { state: "starting", step: "queued", failure: null })
    if (verb === "stop") change(id, { state: "stopped", idleAt: null })
    if (verb === "progress") return progress.open(id)
    if (verb === "logs") return new Response(state.log)
    if (method === "PATCH") change(id, body as Partial<Sandbox>)
    return Response.json(find(id), { status: 202 })
  }

  return {
    state,
    asked,
    change,
    remove,
    /** What was asked but for looking: `POST /sb-…/wake`. */
    acts: () => asked.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`),
    looks: () => asked.filter(({ method, path }) => method === "GET" && path === "").length,
    /** Tells everybody who watches this start. */
    tell: (told: Progress) => progress.tell(told.id, told),
    cut: progress.cut,
    async fetch(input: string, init: RequestInit = {}): Promise<Response> {
      const path = input.slice(input.indexOf("api/sandboxes") + "api/sandboxes".length)
      const body = typeof init.body === "string" ? JSON.parse(init.body) : undefined
      const now = { method: init.method ?? "GET", path, body }
      asked.push(now)
      init.signal?.throwIfAborted()
      return state.instead(now) ?? act(now)
    },
  }
}

export type SandboxApi = ReturnType<typeof makeSandboxApi>

export function problem(status: number, code: string, detail: string, field?: string): Response {
  return Response.json(
    { type: `urn:sandbar:${code}`, title: "Refused", status, code, detail, ...(field && { field }) },
    { status, headers: { "content-type": "application/problem+json" } },
  )
}

/** Event streams that stay open; a new one begins with what was told last. */
function makeStreams() {
  const open = new Map<string, Set<ReadableStreamDefaultController<Uint8Array>>>()
  const last = new Map<string, unknown>()
  const bytes = (told: unknown) =>
    new TextEncoder().encode(`event: progress\ndata: ${JSON.stringify(told)}\n\n`)
  return {
    open(id: string): Response {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          open.set(id, (open.get(id) ?? new Set()).add(controller))
          if (last.has(id)) controller.enqueue(bytes(last.get(id)))
        },
      })
      return new Response(body, { headers: { "content-type": "text/event-stream" } })
    },
    tell(id: string, told: unknown) {
      last.set(id, told)
      for (const controller of open.get(id) ?? []) controller.enqueue(bytes(told))
    },
    /** Every connection breaks off. */
    cut() {
      for (const controllers of open.values())
        for (const controller of controllers) controller.error(new TypeError("network error"))
      open.clear()
    },
  }
}
