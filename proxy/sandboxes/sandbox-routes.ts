// api/sandboxes: what people ask about their sandboxes. Whose each is is asked by the service, for every request.
import { Hono } from "hono"
import { sandboxesPath } from "../../shared/paths.ts"
import { Problem } from "../../shared/problems.ts"
import { checkRepository } from "../../shared/repository.ts"
import { ChangeRequestSchema, DeleteRequestSchema, SpawnRequestSchema } from "../../shared/sandboxes.ts"
import { isSandboxId } from "../../shared/servers.ts"
import type { Gate } from "../guard/limits.ts"
import type { ProxyContext, ProxyEnv } from "../request-context.ts"
import { securityHeaders } from "../ui/security-headers.ts"
import { answerStream, type StreamDeps } from "./answer-stream.ts"
import type { makeListBranches } from "./list-branches.ts"
import { plainWords } from "./plain-words.ts"
import { progressEvents } from "./progress-events.ts"
import { limitBody, readBody } from "./read-body.ts"
import { unknownSandbox } from "./refusals.ts"
import type { SandboxService } from "./service.ts"
import type { Templates } from "./templates/open-templates.ts"

/** What `api/sandboxes` needs where sandboxes can be spawned. */
export type Spawning = {
  service: SandboxService
  findTemplate: Templates["find"]
  listBranches: ReturnType<typeof makeListBranches>
  allowHttp: boolean
  /** Whether branches may be asked for at private addresses that no operator named. */
  ownsMachine: boolean
}

export type SandboxRouteDeps = StreamDeps & {
  spawning: Spawning
  limits: Pick<Gate, "spend" | "enter">
  activity: { noteAct: () => void }
  beatMs?: number
}

const root = `/${sandboxesPath}`
const headers = { ...securityHeaders("answer"), "cache-control": "no-store" }
const reads = new Set(["GET", "HEAD", "OPTIONS"])
const mostOldLines = 5_000

export function makeSandboxRoutes(deps: SandboxRouteDeps): Hono<ProxyEnv> {
  const { service } = deps.spawning
  const routes = new Hono<ProxyEnv>()
  routes.use(`${root}/*`, (context, next) => {
    context.set("route", "sandboxes")
    return reads.has(context.req.method) ? next() : act(context, next, deps)
  })
  routes.get(root, async (context) => answer(await service.list(context.get("user"))))
  routes.post(root, limitBody, async (context) => {
    const request = await readBody(context, SpawnRequestSchema)
    const { sandbox, isNew } = await service.spawn(context.get("user"), request)
    return answer(sandbox, isNew ? 202 : 200)
  })
  routes.get(`${root}/offer`, () => answer(service.offer()))
  routes.get(`${root}/branches`, async (context) => answer(await branchesOf(context, deps)))

  routes.get(`${root}/:id`, (context) => answer(service.get(...mine(context))))
  routes.patch(`${root}/:id`, limitBody, async (context) => {
    const change = await readBody(context, ChangeRequestSchema)
    return answer(await service.change(...mine(context), change))
  })
  routes.delete(`${root}/:id`, limitBody, async (context) => {
    const isEmpty = (await context.req.text()) === ""
    const request = isEmpty ? { data: "keep" as const } : await readBody(context, DeleteRequestSchema)
    await service.delete(...mine(context), request)
    return new Response(null, { status: 204, headers })
  })
  routes.post(`${root}/:id/wake`, async (context) => {
    const force = context.req.query("force") === "1"
    return answer(await service.wake(...mine(context), force), 202)
  })
  routes.post(`${root}/:id/stop`, async (context) => answer(await service.stop(...mine(context)), 202))
  routes.get(`${root}/:id/progress`, (context) => progress(context, deps))
  routes.get(`${root}/:id/logs`, (context) => logs(context, deps))
  return routes
}

/** Everything but reading: a person acts, and what it sets off costs more than the request. */
async function act(
  context: ProxyContext,
  next: () => Promise<void>,
  { limits, activity }: SandboxRouteDeps,
): Promise<void> {
  await limits.spend(context.get("client"))
  activity.noteAct()
  await next()
}

/** Who asks about which; what cannot be an id is as unknown as any other. */
function mine(context: ProxyContext): [user: string | null, id: string] {
  const id = context.req.param("id") ?? ""
  if (!isSandboxId(id)) throw unknownSandbox()
  return [context.get("user"), id]
}

function progress(context: ProxyContext, deps: SandboxRouteDeps): Response {
  const { service } = deps.spawning
  const [user, id] = mine(context)
  service.progress(user, id)
  const read = () => orNothing(() => service.progress(user, id))
  const watch = (onChange: () => void) => service.watch(id, onChange)
  const beat = deps.beatMs === undefined ? {} : { beatMs: deps.beatMs }
  const texts = (signal: AbortSignal) => progressEvents({ read, watch, signal, ...beat })
  return answerStream(context, "text/event-stream", texts, deps)
}

/** Deleted, or not this person's any more: the stream ends. */
function orNothing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

function logs(context: ProxyContext, deps: SandboxRouteDeps): Response {
  const [user, id] = mine(context)
  // Before anything is answered: HEAD never comes to the lines.
  deps.spawning.service.get(user, id)
  const follow = context.req.query("follow") === "1"
  const tail = Math.min(
    Number(/^\d{1,6}$/.exec(context.req.query("tail") ?? "200")?.[0] ?? 200),
    mostOldLines,
  )
  const lines = (signal: AbortSignal) =>
    withEnds(deps.spawning.service.logs(user, id, { tail, follow, signal }))
  return answerStream(context, "text/plain; charset=utf-8", lines, deps)
}

async function* withEnds(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${plainWords(line)}\n`
}

async function branchesOf(context: ProxyContext, { spawning, limits }: SandboxRouteDeps) {
  const { findTemplate, listBranches, allowHttp, ownsMachine } = spawning
  const template = findTemplate(context.req.query("template") ?? "")
  if (!template) throw new Problem("sandbox.malformed", "Choose a template first.", { field: "template" })
  const { gitHosts } = template
  const checked = checkRepository(context.req.query("repository") ?? "", { gitHosts, allowHttp })
  if (!checked.ok) throw new Problem("sandbox.malformed", checked.reason, { field: "repository" })
  // Each is a look-up and a connection to a host of the asker's choice.
  await limits.spend(context.get("client"), "probes")
  const privateToo = ownsMachine || gitHosts.length > 0
  return listBranches({ url: checked.url, privateToo, signal: context.req.raw.signal })
}

function answer(body: unknown, status = 200): Response {
  return Response.json(body, { status, headers })
}
