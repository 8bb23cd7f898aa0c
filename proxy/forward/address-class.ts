// Which addresses a wildcard may lead to: private ones, where pods live. Everything else is refused by
// default, so a form of address that nobody thought of is refused as well.
import ipaddr from "ipaddr.js"

const podRanges = new Set(["private", "carrierGradeNat", "uniqueLocal"])

/** Cloud metadata and credential services that live inside private ranges. */
const metadata = ["100.100.100.200/32", "fd00:ec2::/32", "fd20:ce::/32"].map((cidr) => ipaddr.parseCIDR(cidr))

export function isPodAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  if (!podRanges.has(parsed.range())) return false
  return !metadata.some(([base, bits]) => parsed.kind() === base.kind() && parsed.match(base, bits))
}
