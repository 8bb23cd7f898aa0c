// Which peers are our own gateways. Only their forwarding headers count; anyone else's are a claim.
import ipaddr from "ipaddr.js"

export type Cidr = readonly [ReturnType<typeof ipaddr.parse>, number]

/** `10.0.0.0/8`, `fd00::/8`, or one address; undefined for anything else. */
export function parseCidr(text: string): Cidr | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  const full = text.includes(":") ? ipaddr.IPv6.isValid(text) : ipaddr.IPv4.isValidFourPartDecimal(text)
  return full ? [ipaddr.parse(text), text.includes(":") ? 128 : 32] : undefined
}

export function isTrustedPeer(address: string | undefined, trusted: readonly Cidr[]): boolean {
  if (address === undefined || !ipaddr.isValid(address)) return false
  // A dual-stack listener sees IPv4 peers as ::ffff:10.0.0.1.
  const peer = ipaddr.process(address)
  return trusted.some(([base, bits]) => peer.kind() === base.kind() && peer.match(base, bits))
}
