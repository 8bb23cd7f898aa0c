// From a Target to one address to connect to. The name is resolved once, the answer is checked, and exactly
// the checked address is dialled: a second look-up by `fetch` could answer differently (DNS rebinding).
import { Problem } from "../../shared/problems.ts"
import { isPodAddress } from "./address-class.ts"
import type { Target } from "./target.ts"

/** The network, as a parameter. Look-ups reject with the error codes of node:dns. */
export type Network = {
  resolve4: (name: string) => Promise<string[]>
  resolve6: (name: string) => Promise<string[]>
  /** getaddrinfo: also hosts files and search lists. */
  lookup: (name: string) => Promise<string[]>
  /** Fulfilled when a TCP connection to this address stands (and was closed again). */
  touch: (address: string, port: number, signal: AbortSignal) => Promise<void>
  /** True for an address of this machine together with the port that we listen on. */
  isSelf: (address: string, port: number) => boolean
}

export type DialOptions = {
  now?: () => number
  cacheMs?: number
  dialMs?: number
  /** Told how many seconds it took until a connection stood. */
  onConnect?: (seconds: number) => void
}

/**
 * An address without brackets, allowed and seen to accept connections within the last few seconds. `beforeLookup`
 * may refuse by rejecting; it is asked only when nothing is known yet.
 */
export type Dial = (target: Target, beforeLookup?: () => Promise<void>) => Promise<string>

const mostCached = 1_000
/** Whoever runs the name server decides how many addresses a name has, not how many connections we open. */
const mostTried = 8

export function makeDial(network: Network, options: DialOptions = {}): Dial {
  const { now = () => performance.now(), cacheMs = 5_000, dialMs = 8_000, onConnect } = options
  const cache = new Map<string, { address: Promise<string>; until: number }>()

  const known = (key: string) => {
    const entry = cache.get(key)
    return entry && entry.until > now() ? entry.address : undefined
  }
  const lookUp = (key: string, target: Target) => {
    const began = now()
    const address = findAddress(network, target, dialMs)
    if (cache.size >= mostCached) cache.clear()
    cache.set(key, { address, until: began + cacheMs })
    address.then(
      () => onConnect?.((now() - began) / 1_000),
      // A failure is told to everyone who waits for it, and forgotten: the next request tries again.
      () => {
        if (cache.get(key)?.address === address) cache.delete(key)
      },
    )
    return address
  }
  return async (target, beforeLookup) => {
    const key = `${target.rule} ${target.origin}`
    const address = known(key)
    if (address) return address
    await beforeLookup?.()
    return known(key) ?? lookUp(key, target)
  }
}

async function findAddress(network: Network, target: Target, dialMs: number): Promise<string> {
  const { origin, host, port, rule } = target
  const deadline = AbortSignal.timeout(dialMs)
  const late = new Promise<never>((_, reject) => {
    const problem = new Problem("target.timeout", `${origin} cannot be reached: no connection in time.`)
    deadline.addEventListener("abort", () => reject(problem), { once: true })
  })
  const addresses = await Promise.race([addressesOf(network, target), late])
  if (addresses.some((address) => network.isSelf(address, port)))
    throw new Problem(
      "target.loop",
      `The address ${origin} leads back to Sandbar itself. Use the server's own address.`,
    )
  if (rule === "pattern" && !addresses.every(isPodAddress))
    throw new Problem(
      "target.forbidden",
      `The name ${host} has an address outside the cluster's private network.`,
    )
  return Promise.race([firstReachable(network, target, addresses, deadline), late])
}

async function addressesOf(network: Network, target: Target): Promise<string[]> {
  if (target.host.startsWith("[")) return [target.host.slice(1, -1)]
  if (target.rule === "exact") return network.lookup(target.host).catch((error) => unresolved(target, error))
  // The trailing dot keeps the resolver's search list out: with `ndots:5` a cluster name is tried with every
  // search domain first, and a wildcard record in one of them would take it over.
  const name = `${target.host}.`
  const answers = await Promise.allSettled([network.resolve4(name), network.resolve6(name)])
  const addresses = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []))
  if (addresses.length > 0) return addresses
  return unresolved(target, answers.find((answer) => answer.status === "rejected")?.reason)
}

function unresolved(target: Target, cause: unknown): never {
  const detail = `No server has the name ${target.host}. Check the spelling, or whether it is still running.`
  throw new Problem("target.name", detail, { cause })
}

/** Trying all at once finds the family that the server listens on without waiting for the other. */
async function firstReachable(
  network: Network,
  target: Target,
  addresses: readonly string[],
  deadline: AbortSignal,
): Promise<string> {
  const others = new AbortController()
  const signal = AbortSignal.any([deadline, others.signal])
  const tries = someOfEachFamily(addresses).map(async (address) => {
    await network.touch(address, target.port, signal)
    return address
  })
  try {
    return await Promise.any(tries)
  } catch (cause) {
    throw new Problem("target.unreachable", `${target.origin} does not answer. Is it running?`, { cause })
  } finally {
    others.abort()
  }
}

/** Each family fills up what the other one leaves. */
function someOfEachFamily(addresses: readonly string[]): string[] {
  const six = addresses.filter((address) => address.includes(":"))
  const four = addresses.filter((address) => !address.includes(":"))
  const forFour = Math.max(mostTried / 2, mostTried - six.length)
  return [...four.slice(0, forFour), ...six].slice(0, mostTried)
}
