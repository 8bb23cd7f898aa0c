// From where a driver says that a server listens to a checked address, as for every other target.
import { isIP } from "node:net"
import { Problem } from "../../shared/problems.ts"
import type { Dial } from "../forward/dial.ts"
import type { Route } from "../forward/exchange.ts"
import { chooseTarget } from "../forward/target.ts"
import type { Endpoint, SandboxRecord } from "./driver.ts"
import { loopbackRoute } from "./managed.ts"

export type RouteToEndpoint = (record: SandboxRecord, endpoint: Endpoint) => Promise<Route>

export function makeRouteToEndpoint(dial: Dial): RouteToEndpoint {
  return async ({ name: called }, { origin, authorization }) => {
    const name = `The sandbox “${called}”`
    const { rule: _, ...target } = chooseTarget(origin, { suffixes: [], origins: [origin] })
    if (target.host === "127.0.0.1") return loopbackRoute(target.port, name, authorization)
    // A name may only lead to private addresses; an address is the driver's word.
    const rule = isIP(target.host.replace(/^\[|\]$/g, "")) ? "exact" : "pattern"
    const address = await dial({ ...target, rule }).catch((cause: unknown) => {
      if (!(cause instanceof Problem)) throw cause
      // Where it listens is not the browser's business.
      throw new Problem("target.unreachable", `${name} cannot be reached. Try again in a moment.`, { cause })
    })
    return { target, name, address, authorization }
  }
}
