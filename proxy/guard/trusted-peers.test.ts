import { describe, expect, test } from "vitest"
import { type Cidr, clientAddress, isTrustedPeer, parseCidr } from "./trusted-peers.ts"

const ranges = (...texts: string[]): Cidr[] =>
  texts.map((text) => {
    const parsed = parseCidr(text)
    if (!parsed) throw new Error(text)
    return parsed
  })

test.each(["10.0.0.0/8", "10.0.0.7", "fd00::/8", "::1"])("%s is a range", (text) => {
  expect(parseCidr(text)).toBeDefined()
})

test.each(["", "10.0.0.0/33", "fd00::/129", "10.1", "0x0a000001", "167772161", "gateway", "10.0.0.0/", "*"])(
  "%s is none: a typing error must not trust somebody else",
  (text) => {
    expect(parseCidr(text)).toBeUndefined()
  },
)

describe("a peer is trusted", () => {
  const trusted = ranges("10.0.0.0/8", "127.0.0.1", "fd00::/8")
  test.each(["10.0.0.0", "10.255.255.255", "127.0.0.1", "fd12::1", "::ffff:10.1.2.3", "::ffff:127.0.0.1"])(
    "as %s",
    (address) => expect(isTrustedPeer(address, trusted)).toBe(true),
  )
  test.each(["11.0.0.0", "127.0.0.2", "fe80::1", "::1", "::ffff:11.0.0.1", "", "10.0.0.1:80"])(
    "but not as %s",
    (address) => expect(isTrustedPeer(address, trusted)).toBe(false),
  )
  test("never when nobody is, or when the address is not known", () => {
    expect(isTrustedPeer("10.0.0.1", [])).toBe(false)
    expect(isTrustedPeer(undefined, trusted)).toBe(false)
  })
})

describe("whose limits a request counts for", () => {
  const trusted = ranges("10.0.0.0/8", "fd00::/8")
  test.each([
    ["nobody in between", "203.0.113.7", "", "203.0.113.7"],
    ["one gateway", "10.0.0.1", "203.0.113.7", "203.0.113.7"],
    ["two gateways", "10.0.0.1", "203.0.113.7, 10.0.0.2", "203.0.113.7"],
    ["a dual-stack listener", "::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"],
    ["a network in which everybody is trusted", "10.0.0.1", "10.7.7.7, 10.0.0.2", "10.7.7.7"],
    ["an IPv6 client: its whole network", "fd00::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"],
    ["IPv4 in another spelling", "10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"],
    ["a gateway that says nothing", "10.0.0.1", "", "10.0.0.1"],
    ["a gateway that says something else", "10.0.0.1", "unknown", "10.0.0.1"],
  ])("%s", (_name, peer, forwardedFor, client) => {
    expect(clientAddress(peer, forwardedFor, trusted)).toBe(client)
  })

  test("limit evasion: the addresses of one IPv6 network are one client", () => {
    const seen = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::", "2001:DB8:1:2:0:0:0:9"]
    expect(new Set(seen.map((address) => clientAddress(address, "", trusted))).size).toBe(1)
    expect(clientAddress("2001:db8:1:3::1", "", trusted)).not.toBe(clientAddress(seen[0] ?? "", "", trusted))
  })

  test.each([
    "198.51.100.9, 203.0.113.7",
    "10.0.0.9, 203.0.113.7",
    "junk, 203.0.113.7",
    ",,, 203.0.113.7",
    "198.51.100.9, 203.0.113.7, 10.0.0.2",
  ])("limit evasion: what a client writes to the left of its own address is ignored (%s)", (forwardedFor) => {
    expect(clientAddress("10.0.0.1", forwardedFor, trusted)).toBe("203.0.113.7")
  })
})

test.each(["010.0.0.0/8", "10.1/16", "10.0.0.0/33", "10.0.0.0/8/8"])(
  "wrong gateway: %s is refused, for it is another network than it looks like",
  (text) => expect(parseCidr(text)).toBeUndefined(),
)
