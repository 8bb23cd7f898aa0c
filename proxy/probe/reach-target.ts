// From a Target to a checked address that takes connections, each step on the probe's clock. The dial is the one of
// forwarded requests, without its memory: what was true a few seconds ago is not what a probe is asked.
import { isIP } from "node:net"
import { Problem } from "../../shared/problems.ts"
import { makeDial, type Network } from "../forward/dial.ts"
import type { Route } from "../forward/exchange.ts"
import type { Target } from "../forward/target.ts"
import { orAbort } from "../or-abort.ts"
import type { ManagedServers } from "../sandboxes/managed.ts"
import type { ShakeHands } from "./shake-hands.ts"
import type { StepClock } from "./step-clock.ts"

export type ReachDeps = {
  managed: ManagedServers
  network: Network
  shakeHands: ShakeHands
  probeMs: number
}

export type ReachOptions = {
  steps: StepClock
  signal: AbortSignal
  /** Whose probe it is. */
  user: string | null
  /** May refuse a look-up by rejecting. */
  beforeLookup: () => Promise<void>
}

export async function reachTarget(target: Target, deps: ReachDeps, options: ReachOptions): Promise<Route> {
  const { steps, signal } = options
  if (deps.managed.has(target.origin)) return reachManaged(target.origin, deps, options)
  const dial = makeDial(onTheClock(deps.network, options), { dialMs: deps.probeMs })
  const address = await orAbort(dial(target, options.beforeLookup), signal)
  if (target.scheme === "https") {
    steps.enter("tls")
    await orAbort(deps.shakeHands(target, address, signal), signal)
  }
  return { target, name: target.origin, address, authorization: undefined }
}

async function reachManaged(
  origin: string,
  { managed, network }: ReachDeps,
  { steps, signal, user }: ReachOptions,
): Promise<Route> {
  steps.enter("connect")
  const route = await managed.route(origin, { user })
  await network.touch(route.address, route.target.port, signal).catch((cause: unknown) => {
    signal.throwIfAborted()
    throw new Problem("target.unreachable", `${route.name} does not answer. Look at Sandbar's log.`, {
      cause,
    })
  })
  return route
}

/** The first look-up begins one step, the first connection the next. Without a name there is none to look up. */
function onTheClock(network: Network, { steps, signal }: ReachOptions): Network {
  const lookUp = (ask: (name: string) => Promise<string[]>) => (name: string) => {
    // getaddrinfo is also asked about addresses that an operator listed.
    if (isIP(name) === 0) steps.enter("dns")
    return ask(name)
  }
  return {
    resolve4: lookUp(network.resolve4),
    resolve6: lookUp(network.resolve6),
    lookup: lookUp(network.lookup),
    isSelf: network.isSelf,
    touch(address, port, deadline) {
      steps.enter("connect")
      return network.touch(address, port, AbortSignal.any([deadline, signal]))
    },
  }
}
