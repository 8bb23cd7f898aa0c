// Many probes at once: what they cost everybody else, and what identical ones share.
import { afterEach, describe, expect, test } from "vitest"
import { defaultLimits, makeLimits } from "../../proxy/guard/limits.ts"
import { askProbe, basic, probeRequest } from "./ask-probe.ts"
import { makeProbeProxies } from "./probe-proxies.ts"
import { startServeUi } from "./start-serve-ui.ts"
import { startTarget } from "./start-target.ts"

const { cleanups, cleanUp, serve } = makeProbeProxies()
afterEach(cleanUp)

const local = { lookup: async () => ["127.0.0.1"] }
const healthy = () => Response.json({ healthy: true, version: "1.18.33" })
const signedIn = {
  SANDBAR_IDENTITY: "header:x-user",
  SANDBAR_TRUSTED_PROXIES: "127.0.0.1",
  SANDBAR_PUBLIC_HOSTS: "127.0.0.1",
}

/** A server that answers nobody before `open`. */
function serveBehindADoor(limits: Partial<typeof defaultLimits> = {}) {
  const held = new Map<string, number>()
  const seen: (string | null)[] = []
  const door = Promise.withResolvers<void>()
  const started = serve(
    async (request) => {
      if (!request.url.endsWith("/global/health")) return Response.json({})
      seen.push(request.headers.get("authorization"))
      await door.promise
      return healthy()
    },
    {
      network: local,
      probeMs: 8_000,
      env: signedIn,
      limits: makeLimits({ ...defaultLimits, ...limits }, held),
    },
  )
  const arrived = async (count: number) => {
    for (let tries = 0; tries < 300 && seen.length < count; tries++) await Bun.sleep(10)
    expect(seen).toHaveLength(count)
  }
  return { ...started, seen, held, arrived, open: door.resolve }
}

describe("one client", () => {
  test("has eight probes under way and not more; others have theirs, and the places come back", async () => {
    const { origin, proxy, arrived, open, held } = serveBehindADoor()
    const ask = (user: string, password: string) =>
      probeRequest(proxy, origin, { "x-user": user, ...basic(password) })
    const eight = Array.from({ length: 8 }, (_, i) => ask("ada", `${i}`))
    await arrived(8)
    const refused = await ask("ada", "one more")
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"])
    expect(await refused.json()).toMatchObject({ code: "limit.client" })
    const other = ask("bob", "0")
    await arrived(9)
    open()
    const answers = await Promise.all([...eight, other])
    expect(answers.map(({ status }) => status)).toEqual(Array(9).fill(200))
    expect([...held]).toEqual([])
    expect((await ask("ada", "one more")).status).toBe(200)
  })

  test("spends another purse on probes than on requests: neither keeps the other from a server", async () => {
    const limits = makeLimits({ ...defaultLimits, rate: 3 })
    // Without the memory of looked up servers each request is a look-up.
    const options = { network: local, limits, dialOptions: { cacheMs: 0 } }
    const { origin, proxy } = serve(healthy, options)
    const forward = async () =>
      (await fetch(`${proxy.url}/api/proxy/global/health`, { headers: { "x-target-server": origin } })).status
    const probe = async () => (await probeRequest(proxy, origin)).status
    const statuses = [await probe(), await probe(), await probe(), await probe(), await forward()]
    expect(statuses).toEqual([200, 200, 200, 429, 200])
  })
})

describe("one probe is made", () => {
  test("for the same question of the same person at the same time, and goes on when one of them leaves", async () => {
    const { origin, proxy, arrived, open, seen } = serveBehindADoor()
    const leave = new AbortController()
    const headers = { "x-user": "ada", ...basic("secret") }
    const left = probeRequest(proxy, origin, headers, { signal: leave.signal }).catch(() => "left")
    await arrived(1)
    const others = Array.from({ length: 20 }, () => askProbe(proxy, origin, headers))
    await Bun.sleep(100)
    leave.abort()
    expect(await left).toBe("left")
    open()
    const told = await Promise.all(others)
    expect(told.map(({ verdict }) => verdict)).toEqual(Array(20).fill("healthy"))
    expect(seen).toHaveLength(1)
  })

  test("and never for another password, another person or another server", async () => {
    const { origin, proxy, arrived, open, seen } = serveBehindADoor()
    const ask = (user: string, headers: object) => askProbe(proxy, origin, { "x-user": user, ...headers })
    const all = [ask("ada", basic("a")), ask("ada", basic("b")), ask("ada", {}), ask("bob", basic("a"))]
    await arrived(4)
    open()
    await Promise.all(all)
    expect([...seen].sort()).toEqual(
      [null, ...["a", "a", "b"].map((password) => basic(password)["x-target-authorization"])].sort(),
    )
  })
})

describe("starvation by what a server answers", () => {
  const full = (most: number, open: string, one: (i: number) => string, close: string) => {
    const parts: string[] = []
    for (let i = 0, length = 2; length < most; i++) {
      const part = one(i)
      parts.push(part)
      length += part.length + 1
    }
    return open + parts.join(",") + close
  }

  /** A healthy server with lists of this size. */
  function startLists(bytes: number): string {
    const status = full(bytes, "{", (i) => `"${i.toString(36)}":{"type":""}`, "}")
    const asks = full(bytes, "[", () => '{"sessionID":""}', "]")
    const target = startTarget((request) => {
      const { pathname } = new URL(request.url)
      if (pathname === "/global/health") return healthy()
      const headers = { "content-type": "application/json" }
      return new Response(pathname === "/session/status" ? status : asks, { headers })
    })
    cleanups.push(target.stop)
    return `http://127.0.0.1:${target.port}`
  }

  test("150 probes at once of a server with endless lists hold up others no longer than of one with short ones", async () => {
    const [modest, hostile] = [startLists(100), startLists(1_040_000)]
    const serveUi = await startServeUi({
      SANDBAR_DRIVER: "none",
      SANDBAR_ALLOWED_TARGETS: `${modest},${hostile}`,
      SANDBAR_LIMITS: "rate=10000",
    })
    cleanups.push(serveUi.cleanup)
    let count = 0
    /** The longest that anybody else waited meanwhile. */
    const flood = async (target: string) => {
      const statuses: number[] = []
      const probes = Array.from({ length: 150 }, async () => {
        const answer = await probeRequest(serveUi, target, basic(`${count++}`))
        await answer.text()
        statuses.push(answer.status)
      })
      let longest = 0
      do {
        const began = performance.now()
        await (await fetch(`${serveUi.url}healthz`)).text()
        longest = Math.max(longest, performance.now() - began)
      } while (statuses.length < probes.length)
      await Promise.all(probes)
      expect(statuses).toContain(200)
      return longest
    }
    // One after the other: what is left of a flood would count against the next one.
    const short = [await flood(modest), await flood(modest), await flood(modest)]
    const long = [await flood(hostile), await flood(hostile), await flood(hostile)]
    // The machine may be busy with something else for a moment, but not in every round.
    expect(Math.min(...long)).toBeLessThan(Math.max(...short) * 6)
  }, 120_000)
})
