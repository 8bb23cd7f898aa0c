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

/** Throws `target.malformed` or `target.forbidden`. */
export function chooseTarget(text: string, allowed: AllowedTargets): Target {
  const typed = requirePlainText(text)
  if (!typed.includes("[")) requireName(typed)
  const address = requireAddress(typed)
  if (allowed.origins.includes(address.origin)) return { ...address, rule: "exact" }
  // A literal in brackets is never a host name: only an exact origin can mean it.
  if (address.host.startsWith("[")) throw malformed()
  requireHostName(address)
  requireSuffix(address, allowed.suffixes)
  requireUserNamespace(address.host)
  requireOpenPort(address)
  return { ...address, rule: "pattern" }
}

/** The origin in the one spelling that everything else compares, or undefined for anything but an origin. */
export function parseOrigin(text: string): string | undefined {
  try {
    return requireAddress(requirePlainText(text)).origin
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

/** ASCII is required before lowering the case: U+212A (Kelvin sign) lowers to `k`. */
function requirePlainText(text: string): string {
  if (text.length > longestTarget || !/^[\x21-\x7e]+$/.test(text)) throw malformed()
  return text.toLowerCase()
}

/** Forms that `new URL` would turn into an IPv4 address get the answer that IPv4 addresses get. */
function requireName(typed: string): void {
  const [, , host, port] = shape.exec(typed) ?? []
  if (host && isNumeric(host) && !isDottedDecimal(host)) throw forbidden(port ? `${host}:${port}` : host)
}

function requireAddress(typed: string): Address {
  const match = shape.exec(typed)
  if (!match) throw malformed()
  const [, scheme, host, portText] = match as unknown as [string, "http" | "https", string, string?]
  const defaultPort = scheme === "https" ? 443 : 80
  const port = portText ? Number(portText) : defaultPort
  const origin = `${scheme}://${host}${port === defaultPort ? "" : `:${port}`}`
  // The URL parser that fetch uses has to read exactly what was matched here.
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) throw malformed()
  return { scheme, host, port, origin }
}

function requireHostName(address: Address): void {
  const { host } = address
  if (isNumeric(host) || host.split(".").some((part) => part.startsWith("xn--"))) {
    throw forbidden(authorityOf(address))
  }
}

/**
 * Matched on a label boundary. `svc.<cluster>` needs a service and a namespace in front: a name without a
 * namespace is completed by the search list.
 */
function requireSuffix(address: Address, suffixes: readonly string[]): void {
  const { host } = address
  const matches = suffixes.some((suffix) => {
    if (!host.endsWith(`.${suffix}`)) return false
    const labelsInFront = host.slice(0, -suffix.length - 1).split(".").length
    return labelsInFront >= (suffix.split(".")[0] === "svc" ? 2 : 1)
  })
  if (!matches) throw forbidden(authorityOf(address))
}

function requireUserNamespace(host: string): void {
  if (!isSystemNamespace(host)) return
  throw new Problem(
    "target.forbidden",
    `${host} belongs to the cluster itself; Sandbar never connects to it.`,
  )
}

function requireOpenPort(address: Address): void {
  if (address.port === 80 || address.port === 443 || address.port >= 1024) return
  const detail = `Port ${address.port} is reserved for system services. Use 80, 443 or one from 1024 up.`
  throw new Problem("target.forbidden", detail)
}

/** The last label decides: the URL parser reads `1.2.3.4.svc.cluster.local.5` as an IPv4 address too. */
function isNumeric(host: string): boolean {
  return /^(?:[0-9]+|0x[0-9a-f]*)$/.test(host.slice(host.lastIndexOf(".") + 1))
}

function isDottedDecimal(host: string): boolean {
  return /^[0-9]+(?:\.[0-9]+){3}$/.test(host)
}

function malformed(): Problem {
  return new Problem("target.malformed", "A server address looks like http://host:port, with no path.")
}

/** With the port: two servers on one host differ in nothing else. */
function authorityOf({ host, port }: Address): string {
  return `${host}:${port}`
}

function forbidden(authority: string): Problem {
  return new Problem(
    "target.forbidden",
    `${authority} is not on this installation's list of allowed servers. Ask its operator to add it.`,
  )
}
