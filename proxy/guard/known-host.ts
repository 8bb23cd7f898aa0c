// Which names a browser may have reached us by. DNS rebinding: a page on `http://evil.example:8888` whose name now
// points to us is same-origin with itself and could drive every server behind us.
import ipaddr from "ipaddr.js"
import { Problem } from "../../shared/problems.ts"

/** A loopback listener answers to loopback names only. */
export function requireLoopbackHost(ourHost: string): void {
  const name = nameOf(ourHost)
  if (isLoopbackName(name)) return
  throw new Problem(
    "request.host",
    `${name} is not a name of this computer. For a gateway in front, add the name to SANDBAR_PUBLIC_HOSTS.`,
  )
}

/** An address is nobody's to rebind: a page that has one as its host came from there. */
export function requirePublicHost(ourHost: string, publicHosts: readonly string[]): void {
  const name = nameOf(ourHost)
  if (publicHosts.includes(name) || isLoopbackName(name) || isAddress(name)) return
  throw new Problem(
    "request.host",
    `${name} is not a name of this installation. Its operator can add it to SANDBAR_PUBLIC_HOSTS.`,
  )
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, "").toLowerCase()
}

/** As `HOST` has it: an IPv6 address without the brackets that it gets in a URL. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host)
}

function isLoopbackName(name: string): boolean {
  return name === "[::1]" || isLoopback(name)
}

function isAddress(name: string): boolean {
  if (name.startsWith("[") && name.endsWith("]")) return ipaddr.IPv6.isValid(name.slice(1, -1))
  return ipaddr.IPv4.isValidFourPartDecimal(name)
}
