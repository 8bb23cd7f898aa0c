// Which peers are our own gateways. Only their forwarding headers count; anyone else's are a claim.
import ipaddr from "ipaddr.js"

export type Cidr = readonly [ReturnType<typeof ipaddr.parse>, number]

/** `10.0.0.0/8`, `fd00::/8`, or one address; undefined for anything else. */
export function parseCidr(text: string): Cidr | undefined {
  // `010.0.0.0/8` and `10.1/16` would be other networks than they look like.
  const isPlain = text.includes(":") || /^\d+(\.\d+){3}\//.test(text)
  if (isPlain && !/(^|\.)0\d/.test(text) && ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  const full = text.includes(":") ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text)
  return full ? [ipaddr.parse(text), text.includes(":") ? 128 : 32] : undefined
}

export function isTrustedPeer(address: string | undefined, trusted: readonly Cidr[]): boolean {
  if (address === undefined || trusted.length === 0 || !ipaddr.isValid(address)) return false
  // A dual-stack listener sees IPv4 peers as ::ffff:10.0.0.1.
  const peer = ipaddr.process(address)
  return trusted.some(([base, bits]) => peer.kind() === base.kind() && peer.match(base, bits))
}

/**
 * Whose limits a request counts for: the last address that none of our gateways has, else the first. What stands
 * further left in X-Forwarded-For was written by whoever is at that address, so it would be a fresh set of limits
 * for the asking.
 */
export function clientAddress(peer: string, forwardedFor: string, trusted: readonly Cidr[]): string {
  const hops = [...forwardedFor.split(",").map((hop) => hop.trim()), peer]
  const client = hops.findLast((hop) => !isTrustedPeer(hop, trusted)) ?? hops[0]
  return networkOf(client) ?? networkOf(peer) ?? peer
}

/** One spelling; of IPv6 the /64, for a single client may have all of its addresses. */
function networkOf(text = ""): string | undefined {
  if (!ipaddr.isValid(text)) return undefined
  const address = ipaddr.process(text)
  return address instanceof ipaddr.IPv6
    ? ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`).toString()
    : `${address}`
}
