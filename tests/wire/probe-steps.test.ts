// The steps before HTTP as the ones that fail, over real sockets: which step, what a person is told, and that no answer
// has an address that a name led to.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { askProbe, basic, probeRequest } from "./ask-probe.ts"
import { makeProbeProxies } from "./probe-proxies.ts"
import { startTarget } from "./start-target.ts"
import { testCertificate, testKey } from "./test-certificate.ts"

const { proxyFor, named, serveRaw, cleanups, cleanUp } = makeProbeProxies()
afterEach(cleanUp)

const box = "http://box.example:4096"
const healthy = () => Response.json({ healthy: true, version: "1.18.33" })
const never = () => new Promise<never>(() => undefined)
const failing = (code: string) => () =>
  Promise.reject(Object.assign(new Error(`10.77.66.55 ${code}`), { code }))

describe("policy", () => {
  test.each([
    [
      "http://other.example:4096",
      "forbidden",
      "The server http://other.example:4096 is not on the list of allowed servers; an administrator sets SANDBAR_ALLOWED_TARGETS.",
    ],
    [
      "http://x.kube-system.svc.cluster.local:4096",
      "forbidden",
      "The name x.kube-system.svc.cluster.local belongs to the cluster itself; Sandbar never connects to it.",
    ],
    ["http://box.example:4096/path", "failed", "A server address looks like http://host:port, with no path."],
  ])("%s", async (target, verdict, sentence) => {
    const proxy = proxyFor(`${box},*.svc.cluster.local`)
    const told = await askProbe(proxy, target)
    expect(told).toMatchObject({ verdict, sentence, tried: "policy!" })
  })

  test("a name that leads outside the private network fails after the look-up, without its address", async () => {
    const touched: string[] = []
    const network = {
      resolve4: async () => ["8.8.4.4"],
      resolve6: failing("ENODATA"),
      touch: async (address: string) => void touched.push(address),
    }
    const proxy = proxyFor("*.svc.cluster.local", { network })
    const told = await askProbe(proxy, "http://a.b.svc.cluster.local:4096")
    expect([told.verdict, told.tried]).toEqual(["forbidden", "policy dns!"])
    expect(told.raw).not.toContain("8.8.4.4")
    expect(touched).toEqual([])
  })

  test("an address of Sandbar's own is a loop", async () => {
    const network = { lookup: async () => ["10.77.66.55"], isSelf: () => true }
    const told = await askProbe(proxyFor(box, { network }), box)
    expect(told).toMatchObject({ verdict: "failed", tried: "policy dns!" })
    expect(told.sentence).toBe(
      "The address http://box.example:4096 leads back to Sandbar itself. Use the server's own address.",
    )
  })
})

describe("the name and the connection", () => {
  const found = async () => ["10.77.66.55"]
  test.each([
    [
      "no such name",
      { lookup: failing("ENOTFOUND") },
      "policy dns!",
      "The name box.example does not exist. Check the spelling, or whether the server is still there.",
    ],
    [
      "a name server that is broken",
      { lookup: failing("EAI_AGAIN") },
      "policy dns!",
      "The name box.example could not be looked up: the name server gave no answer. Try again, or check its settings.",
    ],
    [
      "a name server that is silent",
      { lookup: never },
      "policy dns!",
      "The name box.example could not be looked up within 1 s: the name server gives no answer.",
    ],
    [
      "nobody listens",
      { lookup: found, touch: failing("ECONNREFUSED") },
      "policy dns connect!",
      "Nothing listens on port 4096 of box.example. Start the server there.",
    ],
    [
      "no route",
      { lookup: found, touch: failing("EHOSTUNREACH") },
      "policy dns connect!",
      "No network leads to box.example. Check whether its machine is on and connected.",
    ],
    [
      "packets are dropped",
      { lookup: found, touch: never },
      "policy dns connect!",
      "No connection to port 4096 of box.example within 1 s. A firewall may be in the way, or its machine is off.",
    ],
  ])("%s", async (_name, network, tried, sentence) => {
    const told = await askProbe(proxyFor(box, { network }), box)
    expect(told).toMatchObject({ verdict: "failed", tried, sentence })
    expect(told.raw).not.toContain("10.77")
  })

  test("with the real resolver and a port that nobody listens on", async () => {
    const target = startTarget(healthy)
    target.stop()
    const missing = "http://no-such-name.invalid:4096"
    const proxy = proxyFor(`${target.origin},${missing}`, { probeMs: 5_000 })
    const down = await askProbe(proxy, target.origin)
    expect(down.sentence).toBe(`Nothing listens on port ${target.port} of 127.0.0.1. Start the server there.`)
    // Nothing was looked up: the address is the name.
    expect(down.tried).toBe("policy connect!")
    const told = await askProbe(proxy, missing)
    expect(told.tried).toBe("policy dns!")
    expect(told.sentence).toMatch(/^The name no-such-name\.invalid (?:does not exist|could not be looked up)/)
  })
})

describe("TLS", () => {
  const pem = (name: string) => readFileSync(join(import.meta.dirname, "tls", name), "utf8")
  const own = { cert: testCertificate, key: testKey }
  const byAuthority = (name: string, key: string) => ({ cert: pem(name), key: pem(key) })

  test.each([
    ["expired", byAuthority("expired.pem", "unusable-key.pem"), "has expired"],
    ["not valid yet", byAuthority("not-yet-valid.pem", "unusable-key.pem"), "is not valid yet"],
    [
      "by nobody whom we know",
      byAuthority("localhost.pem", "localhost-key.pem"),
      "is signed by an unknown authority",
    ],
    ["by itself", own, "is signed by itself"],
  ])("a certificate %s", async (_name, tls, words) => {
    let asked = 0
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      tls,
      fetch: () => {
        asked++
        return healthy()
      },
    })
    cleanups.push(() => server.stop(true))
    const origin = `https://localhost:${server.port}`
    const told = await askProbe(proxyFor(origin), origin, basic("secret"))
    expect(told).toMatchObject({ verdict: "failed", tried: "policy dns connect tls!" })
    expect(told.sentence).toContain(`The certificate of localhost ${words}`)
    expect(asked).toBe(0)
  })

  test("a server that speaks plain http", async () => {
    const target = startTarget(healthy)
    cleanups.push(target.stop)
    const { origin, proxy } = named(target.port, "https")
    expect(await askProbe(proxy, origin)).toMatchObject({
      verdict: "failed",
      tried: "policy dns connect tls!",
      sentence: `Port ${target.port} of box.example speaks plain http, not https. Write http in front of the address.`,
    })
  })

  test("a server that speaks https and is asked for http is known by its handshake, whatever its certificate", async () => {
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, tls: own, fetch: healthy })
    cleanups.push(() => server.stop(true))
    // A handshake that fails on account of ours, not for want of TLS: fatal alert, handshake_failure.
    const alert = Buffer.from([0x15, 3, 1, 0, 2, 2, 40])
    const picky = await serveRaw((socket) => void socket.end(alert))
    for (const { origin, port, proxy } of [named(server.port ?? 0), picky])
      expect(await askProbe(proxy, origin)).toMatchObject({
        verdict: "failed",
        tried: "policy dns connect http!",
        sentence: `Port ${port} of box.example speaks https, not plain http. Write https in front of the address.`,
      })
  })

  test("a server that hangs up on http is not said to want https, be it that it hangs up on TLS or keeps silent", async () => {
    const isHttp = (request: string) => request.startsWith("GET")
    const rude = await serveRaw((socket) => void socket.destroy())
    const silent = await serveRaw((socket, request) => void (isHttp(request) && socket.destroy()), "http", {
      probeMs: 5_000,
    })
    const began = performance.now()
    for (const { origin, port, proxy } of [rude, silent])
      expect((await askProbe(proxy, origin)).sentence).toBe(
        `Port ${port} of box.example closed the connection before its answer was complete. Check the port.`,
      )
    expect(performance.now() - began).toBeLessThan(4_000)
  })

  test("a server that hangs up, and one that never finishes", async () => {
    const rude = await serveRaw((socket) => socket.destroy(), "https")
    expect((await askProbe(rude.proxy, rude.origin)).sentence).toContain("ended the TLS handshake")
    const slow = await serveRaw(() => undefined, "https")
    const told = await askProbe(slow.proxy, slow.origin)
    expect(told.tried).toBe("policy dns connect tls!")
    expect(told.sentence).toContain("did not finish the TLS handshake within 1 s")
  })
})

test("a request without a server, or that came from here already, is refused: nobody is asked", async () => {
  const proxy = proxyFor(box)
  const bare = await fetch(`${proxy.url}/api/probe`)
  expect([bare.status, await bare.json()]).toEqual([
    400,
    expect.objectContaining({ code: "target.malformed" }),
  ])
  const looped = await probeRequest(proxy, box, { via: "1.1 sandbar-test" })
  expect(looped.status).toBe(508)
})
