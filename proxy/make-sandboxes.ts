// Sandboxes as the proxy needs them: the service over a driver, what asks their servers, and who stops the idle ones.
import * as v from "valibot"
import { HealthSchema } from "../shared/health.ts"
import { type AskRoute, makeBudget } from "./activity/ask-server.ts"
import { isWorking } from "./activity/is-working.ts"
import type { Config } from "./config.ts"
import type { Dial, Network } from "./forward/dial.ts"
import type { Fetch } from "./forward/http.ts"
import { deriveKey } from "./installation-key.ts"
import type { Log } from "./log.ts"
import type { Driver, Endpoint, Observation } from "./sandboxes/driver.ts"
import { makeRouteToEndpoint } from "./sandboxes/endpoint-route.ts"
import { makeListBranches } from "./sandboxes/list-branches.ts"
import { makeOwnerOf } from "./sandboxes/owner.ts"
import { startReaper } from "./sandboxes/reaper.ts"
import type { Spawning } from "./sandboxes/sandbox-routes.ts"
import { makeSandboxService } from "./sandboxes/service.ts"
import type { Templates } from "./sandboxes/templates/open-templates.ts"
import { startTimer } from "./start-timer.ts"

export type SandboxesDeps = {
  config: Pick<Config, "identity" | "idleAfterSeconds" | "sandboxesPerPerson" | "plainHttpRepositories">
  /** The installation's. */
  key: Uint8Array
  driver: Driver
  templates: Pick<Templates, "list" | "find">
  dial: Dial
  network: Pick<Network, "lookup">
  fetch: Fetch
  askRoute: AskRoute
  log: Log
  now?: () => number
  after?: (ms: number, run: () => void) => () => void
}

const keyBytes = 32
const healthMs = 5_000
/** Whatever has worked was touched since then. */
const workMs = 86_400_000

export function makeSandboxes(deps: SandboxesDeps): Spawning & { close: () => Promise<void> } {
  const { config, driver, templates, dial, network, fetch, askRoute, log } = deps
  const { now = Date.now, after = startTimer } = deps
  const routeTo = makeRouteToEndpoint(dial)
  const allowHttp = config.plainHttpRepositories

  async function isHealthy(seen: Observation, endpoint: Endpoint, until: AbortSignal): Promise<boolean> {
    const signal = AbortSignal.any([until, AbortSignal.timeout(healthMs)])
    try {
      const route = await routeTo(seen.record, endpoint)
      return v.is(HealthSchema, await askRoute(route, "/global/health", { signal }))
    } catch (err) {
      log.debug({ err, sandbox: seen.record.id }, "a sandbox's server does not answer yet")
      return false
    }
  }

  const service = makeSandboxService({
    driver,
    templates,
    ownerOf: makeOwnerOf(deriveKey(deps.key, "sandbox owners", keyBytes), config.identity),
    key: deriveKey(deps.key, "sandbox ids", keyBytes),
    most: config.sandboxesPerPerson,
    idleAfterSeconds: config.idleAfterSeconds,
    allowHttp,
    routeTo,
    isHealthy,
    log,
    now,
    after,
  })
  startReaper({
    driver,
    deadlinesOf: service.deadlines,
    isWorking(id, signal) {
      const options = { signal, budget: makeBudget() }
      const ask = async (path: string) => askRoute(await service.route(id, "ourselves"), path, options)
      return isWorking(ask, now() - workMs)
    },
    log,
    now,
    after,
  })
  return {
    service,
    findTemplate: templates.find,
    listBranches: makeListBranches({ fetch, network }),
    allowHttp,
    // A process of this machine reaches what the machine reaches; nobody gains anything by asking through us.
    ownsMachine: driver.name === "process",
    async close() {
      const running = service.names().length
      if (running > 0) log.info(goOn(running))
      await service.close()
      await driver.close()
    },
  }
}

/** Else whoever ends us would take them for ended as well. */
function goOn(running: number): string {
  return running === 1
    ? "1 sandbox goes on running; the next start finds it"
    : `${running} sandboxes go on running; the next start finds them`
}
