// What people do with sandboxes. Whose each is, how many a person may have and what is told of them is decided here;
// the driver only runs them.
import type {
  ChangeRequest,
  DeleteRequest,
  Progress,
  Sandbox,
  SandboxList,
  SpawnRequest,
} from "../../shared/sandboxes.ts"
import { sandboxOfServerUrl, sandboxServerUrl } from "../../shared/servers.ts"
import type { Offer } from "../../shared/templates.ts"
import type { Route } from "../forward/exchange.ts"
import type { Log } from "../log.ts"
import { startTimer } from "../start-timer.ts"
import type { Driver, Endpoint, Observation } from "./driver.ts"
import type { RouteToEndpoint } from "./endpoint-route.ts"
import { makeHealthOfStart } from "./health-of-start.ts"
import type { Deadlines } from "./idle.ts"
import { makeIntentBuffer } from "./intent-buffer.ts"
import { makeLook, type Seen } from "./look.ts"
import type { Asker } from "./managed.ts"
import { makeOffer } from "./offer-templates.ts"
import type { OwnerOf } from "./owner.ts"
import { toKeptData, toProgress, toSandbox } from "./progress.ts"
import { inUse, requireReady, startingSandbox, unknownSandbox, wrongName } from "./refusals.ts"
import { makeSpawn } from "./spawn.ts"
import type { Templates } from "./templates/open-templates.ts"
import { makeUsualTimes } from "./usual-times.ts"

export type ServiceDeps = {
  driver: Driver
  templates: Pick<Templates, "list" | "find">
  ownerOf: OwnerOf
  /** Makes the ids; the same for all replicas. */
  key: Uint8Array
  most: number
  idleAfterSeconds: number | null
  allowHttp: boolean
  routeTo: RouteToEndpoint
  /** GET /global/health with the endpoint's password. Never rejects. */
  isHealthy: (observation: Observation, endpoint: Endpoint, signal: AbortSignal) => Promise<boolean>
  log: Pick<Log, "warn">
  now?: () => number
  after?: (ms: number, run: () => void) => () => void
}

type User = string | null
const readyMs = 3_000

/** Every method with a user rejects or throws `sandbox.unknown` for a sandbox of somebody else. */
export type SandboxService = {
  offer: () => Offer
  list: (user: User) => Promise<SandboxList>
  get: (user: User, id: string) => Sandbox
  spawn: (user: User, request: SpawnRequest) => Promise<{ sandbox: Sandbox; isNew: boolean }>
  wake: (user: User, id: string, force: boolean) => Promise<Sandbox>
  stop: (user: User, id: string) => Promise<Sandbox>
  change: (user: User, id: string, change: ChangeRequest) => Promise<Sandbox>
  delete: (user: User, id: string, request: DeleteRequest) => Promise<void>
  progress: (user: User, id: string) => Progress
  logs: (
    user: User,
    id: string,
    options: { tail: number; follow: boolean; signal: AbortSignal },
  ) => AsyncIterable<string>
  /** Calls for every change of this sandbox, also for its end. Returns what ends it. */
  watch: (id: string, onChange: () => void) => () => void
  route: (id: string, asker: Asker) => Promise<Route>
  names: () => string[]
  /** `origin` as the browser names a server; any other server's is ignored. */
  noteIntent: (origin: string) => void
  deadlines: (observation: Observation) => Deadlines
  /** Nothing that runs is ended. */
  close: () => Promise<void>
}

export function makeSandboxService(deps: ServiceDeps): SandboxService {
  const { driver, templates, ownerOf, routeTo, isHealthy, log, now = Date.now, after = startTimer } = deps
  const findTemplate = templates.find
  const usual = makeUsualTimes()
  const watchers = new Map<string, Set<() => void>>()
  const tell = (id: string) => {
    for (const onChange of [...(watchers.get(id) ?? [])]) onChange()
  }
  const intents = makeIntentBuffer({ driver, log, now, after })
  const onStarted = ({ record }: Observation, ms: number) => usual.note(record.template, ms)
  const health = makeHealthOfStart({ driver, isHealthy, onChange: tell, onStarted, log, now, after })
  let isReady = false
  const { idleAfterSeconds } = deps
  const look = makeLook({ driver, isReady: () => isReady, health, intents, findTemplate, idleAfterSeconds })
  const pause = (ms: number) => new Promise<void>((resolve) => void after(ms, resolve))
  const spawn = makeSpawn({
    ...deps,
    findTemplate,
    now,
    pause,
  })
  const unwatch = driver.watch((id) => {
    if (!driver.seen.has(id)) intents.forget(id)
    health.follow(id)
    tell(id)
  })
  const ready = driver.ready.then(() => {
    isReady = true
    for (const id of driver.seen.keys()) health.follow(id)
  })

  function told({ observation, view }: Seen): Sandbox {
    return toSandbox(observation, view, look.deadlines(observation), driver.name)
  }
  const get = (user: User, id: string) => told(look.own(ownerOf(user), id))

  function ownObservation(user: User, id: string): Observation {
    look.requireReady()
    const observation = driver.seen.get(id)
    if (observation?.record.owner !== ownerOf(user).hash) throw unknownSandbox()
    return observation
  }

  /** Right after our start everything is seen soon; what takes longer is told. */
  async function untilReady(): Promise<void> {
    if (!isReady) await Promise.race([ready, pause(readyMs)])
    look.requireReady()
  }

  return {
    offer: () => makeOffer(driver, templates.list(), deps.allowHttp),
    async list(user) {
      await untilReady()
      const { hash } = ownerOf(user)
      const own = [...driver.seen].filter(([, { record }]) => record.owner === hash)
      const byTime = own.sort(([, one], [, other]) => one.record.createdAt - other.record.createdAt)
      const sandboxes = byTime.flatMap(([id]) => look.at(id) ?? []).map(told)
      const data = byTime.flatMap(([id, seen]) =>
        seen.wanted === "data" && !look.at(id) ? [toKeptData(seen)] : [],
      )
      return { sandboxes, data, most: deps.most }
    },
    get,
    async spawn(user, request) {
      await untilReady()
      const { id, isNew } = await spawn(ownerOf(user), request)
      return { sandbox: get(user, id), isNew }
    },
    async wake(user, id, force) {
      const { observation, view } = look.own(ownerOf(user), id)
      if (view.state === "deleting") throw unknownSandbox()
      intents.note(id)
      const isFine = view.state === "ready" || (view.state === "starting" && view.failure === null)
      if (force || !isFine) await driver.wake(id, look.templateOf(observation), { force })
      return get(user, id)
    },
    async stop(user, id) {
      const { view } = look.own(ownerOf(user), id)
      if (view.state === "deleting") throw unknownSandbox()
      if (view.state !== "stopped" && view.state !== "stopping") await driver.stop(id)
      return get(user, id)
    },
    async change(user, id, { name, keepAwakeSeconds }) {
      look.own(ownerOf(user), id)
      await driver.change(id, {
        ...(name !== undefined && { name }),
        ...(keepAwakeSeconds !== undefined && {
          keepAwakeUntil: keepAwakeSeconds === 0 ? null : now() + keepAwakeSeconds * 1_000,
        }),
      })
      return get(user, id)
    },
    async delete(user, id, { data, name }) {
      const { record } = ownObservation(user, id)
      if (data === "keep" || name?.trim() === record.name) return void (await driver.delete(id, { data }))
      if (name !== undefined) throw wrongName(record.name)
      // Whatever is stored, which somebody with rights there may have changed: we let people in.
      if (look.at(id)?.view.state === "ready") throw inUse(record.name)
      // A cancelled start: only the driver knows for certain that there is nobody's work in it.
      if ((await driver.delete(id, { data, ifFresh: true })) === "used") throw inUse(record.name)
    },
    progress(user, id) {
      const { observation, view } = look.own(ownerOf(user), id)
      const { steps } = driver.capabilities
      return toProgress(observation, view, steps, usual.of(observation.record.template))
    },
    logs(user, id, options) {
      look.own(ownerOf(user), id)
      return driver.logs(id, options)
    },
    watch(id, onChange) {
      const all = watchers.get(id) ?? new Set()
      watchers.set(id, all.add(onChange))
      return () => {
        if (all.delete(onChange) && all.size === 0 && watchers.get(id) === all) watchers.delete(id)
      }
    },
    async route(id, asker) {
      const seen = asker === "ourselves" ? look.at(id) : look.own(ownerOf(asker.user), id)
      if (!seen) throw unknownSandbox()
      requireReady(seen.view)
      const endpoint = driver.endpoint(id)
      if (!endpoint) throw startingSandbox()
      const { record, startedAt } = seen.observation
      const route = await routeTo(record, endpoint)
      const isEnded = () => {
        const now = driver.seen.get(id)
        // Also where it was woken since: a crash is the end of no run.
        return now?.wanted !== "running" || now.startedAt !== startedAt
      }
      return { ...route, isEnded }
    },
    // What ends with us is work that we are asked about; a pod goes on without us.
    names: () => (driver.name === "process" ? runningOf(driver) : []),
    noteIntent(origin) {
      const id = sandboxOfServerUrl(origin)
      if (id !== undefined && driver.seen.has(id)) intents.note(id)
    },
    deadlines: look.deadlines,
    async close() {
      unwatch()
      health.stop()
      await intents.flush()
    },
  }
}

function runningOf({ seen }: Pick<Driver, "seen">): string[] {
  const running = [...seen].filter(([, { wanted, up }]) => wanted === "running" && up)
  return running.map(([id]) => sandboxServerUrl(id))
}
