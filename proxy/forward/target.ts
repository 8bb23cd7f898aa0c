// Which servers a request may go to. Pure: no names are resolved here (forward/dial.ts does that).
import { Problem } from "../../shared/problems.ts"
import { isSystemNamespace } from "./system-namespaces.ts"

/** Where one forwarded request goes, after the policy allowed it. */
export type Target = {
  scheme: "http" | "https"
  /** Lower case, without the port; an IPv6 address keeps its brackets. */
  host: string
  port: number
  /** As `new URL(…).origin` prints it. */
  origin: string
  /** What a `Host` header says: the port only where it is not the scheme's own. */
  authority: string
  /** `pattern`: only private addresses may be dialled. `exact`: the operator named this origin. */
  rule: "pattern" | "exact"
}

export type AllowedTargets = {
  /** What follows `*.`: `svc.cluster.local`. */
  suffixes: readonly string[]
  /** Origins as `new URL(…).origin` prints them. */
  origins: readonly string[]
}

type Address = Omit<Target, "rule">

const longestTarget = 300
const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
const shape = new RegExp(`^(https?)://(${label}(?:\\.${label})*|\\[[0-9a-f:.]+\\])(?::([1-9][0-9]{0,4}))?/?$`)

export type ChooseTarget = (text: string) => Target

/** `chooseTarget`, remembering what was allowed: the text of a target comes with every request. */
export function makeChooseTarget(allowed: AllowedTargets, mostKnown = 1_000): ChooseTarget {
  const known = new Map<string, Target>()
  return (text) => {
    const found = known.get(text)
    if (found) return found
    const target = chooseTarget(text, allowed)
    if (known.size >= mostKnown) known.clear()
    known.set(text, target)
    return target
  }
}

/** Throws `target.malformed` or `target.forbidden`. */
export function chooseTarget(text: string, allowed: AllowedTargets): Target {
  const address = readAddress(text)
  if (allowed.origins.includes(address.origin)) return { ...address, rule: "exact" }
  for (const check of patternChecks) check(address, allowed.suffixes)
  return { ...address, rule: "pattern" }
}

/** The origin in the one spelling that everything else compares, or undefined for anything but an origin. */
export function parseOrigin(text: string): string | undefined {
  try {
    return readAddress(text).origin
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

function readAddress(text: string): Address {
  // ASCII is required before lowering the case: U+212A (Kelvin sign) lowers to `k`.
  const match = text.length <= longestTarget && /^[\x21-\x7e]+$/.test(text) && shape.exec(text.toLowerCase())
  if (!match) throw malformed()
  const [, scheme, host, portText] = match as unknown as [string, "http" | "https", string, string?]
  const defaultPort = scheme === "https" ? 443 : 80
  const port = portText ? Number(portText) : defaultPort
  const authority = port === defaultPort ? host : `${host}:${port}`
  const origin = `${scheme}://${authority}`
  // Forms that `new URL` would turn into an IPv4 address get the answer that IPv4 addresses get.
  if (isNumeric(host) && !/^[0-9]+(?:\.[0-9]+){3}$/.test(host)) throw forbidden(origin)
  // The URL parser that fetch uses has to read exactly what was matched here.
  if (URL.parse(origin)?.origin !== origin) throw malformed()
  return { scheme, host, port, origin, authority }
}

type Check = (address: Address, suffixes: readonly string[]) => void

// Only an exact origin can mean an address; Bun dials decimal, octal and short forms too.
const isName: Check = ({ host, origin }) => {
  if (host.startsWith("[")) throw malformed()
  if (isNumeric(host) || host.split(".").some((part) => part.startsWith("xn--"))) throw forbidden(origin)
}

// On a label boundary. `svc.<cluster>` needs a service and a namespace in front: a name without a namespace is
// completed by the search list.
const hasSuffix: Check = ({ host, origin }, suffixes) => {
  const matches = suffixes.some((suffix) => {
    const labelsInFront = host.slice(0, -suffix.length - 1).split(".").length
    return host.endsWith(`.${suffix}`) && labelsInFront >= (suffix.startsWith("svc.") ? 2 : 1)
  })
  if (!matches) throw forbidden(origin)
}

const isNoSystemNamespace: Check = ({ host }) => {
  if (!isSystemNamespace(host)) return
  const detail = `The name ${host} belongs to the cluster itself; Sandbar never connects to it.`
  throw new Problem("target.forbidden", detail)
}

const isOpenPort: Check = ({ port }) => {
  if (port === 80 || port === 443 || port >= 1024) return
  const detail = `Port ${port} is reserved for system services. Use 80, 443 or one from 1024 up.`
  throw new Problem("target.forbidden", detail)
}

const patternChecks: readonly Check[] = [isName, hasSuffix, isNoSystemNamespace, isOpenPort]

/** The last label decides: the URL parser reads `1.2.3.4.svc.cluster.local.5` as an IPv4 address too. */
function isNumeric(host: string): boolean {
  return /^(?:[0-9]+|0x[0-9a-f]*)$/.test(host.slice(host.lastIndexOf(".") + 1))
}

function malformed(): Problem {
  return new Problem("target.malformed", "A server address looks like http://host:port, with no path.")
}

/** The whole origin: two servers may differ in the port alone, or in the scheme, and an administrator lists origins. */
function forbidden(origin: string): Problem {
  const detail = `The server ${origin} is not on the list of allowed servers; an administrator sets SANDBAR_ALLOWED_TARGETS.`
  return new Problem("target.forbidden", detail)
}
