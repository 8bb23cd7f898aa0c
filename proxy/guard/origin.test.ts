import { describe, expect, test } from "vitest"
import { requireSameOrigin } from "./origin.ts"
import { isTrustedPeer, parseCidr } from "./trusted-peers.ts"

const check = (headers: Record<string, string>) => () => requireSameOrigin(new Headers(headers), "kf.example")

describe("cross-site requests", () => {
  test.each([
    [
      "our own page",
      { origin: "https://kf.example", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" },
    ],
    ["our own page behind a gateway that ends TLS", { origin: "http://kf.example" }],
    ["a program that is not a browser", {}],
  ])("%s passes", (_name, headers) => {
    expect(check(headers as Record<string, string>)).not.toThrow()
  })

  test.each([
    ["a sibling subdomain", { "sec-fetch-site": "same-site" }],
    ["another site", { "sec-fetch-site": "cross-site" }],
    ["a typed address or a bookmark", { "sec-fetch-site": "none" }],
    ["a navigation, which would make the target's HTML a document", { "sec-fetch-mode": "navigate" }],
    ["an image or a form without a preflight", { "sec-fetch-mode": "no-cors" }],
    ["a frame", { "sec-fetch-dest": "iframe" }],
    ["a script element", { "sec-fetch-dest": "script" }],
    ["an origin that begins like ours", { origin: "https://kf.example.evil.com" }],
    ["an origin that ends like ours", { origin: "https://evil-kf.example" }],
    ["our host on another port", { origin: "https://kf.example:8443" }],
    ["a sandboxed frame", { origin: "null" }],
    ["another scheme", { origin: "ftp://kf.example" }],
  ])("%s is refused", (_name, headers) => {
    expect(check(headers as Record<string, string>)).toThrow(
      expect.objectContaining({ code: "request.cross-site" }),
    )
  })
})

describe("peers that count as gateways", () => {
  const trusted = ["10.0.0.0/8", "fd00::/8", "192.0.2.7"].map((text) => parseCidr(text) ?? [])
  const ranges = trusted as NonNullable<ReturnType<typeof parseCidr>>[]

  test.each(["10.1.2.3", "::ffff:10.1.2.3", "fd12::1", "192.0.2.7"])("%s does", (address) => {
    expect(isTrustedPeer(address, ranges)).toBe(true)
  })
  test.each(["11.0.0.1", "::ffff:11.0.0.1", "fe80::1", "192.0.2.8", "not an address", undefined])(
    "%s does not",
    (address) => {
      expect(isTrustedPeer(address, ranges)).toBe(false)
    },
  )
  test.each(["10.0.0.0/33", "10", "010.0.0.1", "0x0a.0.0.1", "example.com", ""])(
    "%s is not a range",
    (text) => {
      expect(parseCidr(text)).toBeUndefined()
    },
  )
})
