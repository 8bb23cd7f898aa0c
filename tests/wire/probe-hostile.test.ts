// Attacks on and through GET api/probe: from a page, from a person who scans, and from the server that is probed.
import { gzipSync } from "node:zlib"
import { afterEach, describe, expect, test } from "vitest"
import { defaultLimits, makeLimits } from "../../proxy/guard/limits.ts"
import { askProbe, basic, probeRequest } from "./ask-probe.ts"
import rows from "./hostile-targets.json" with { type: "json" }
import { makeProbeProxies } from "./probe-proxies.ts"
import { rawRequest } from "./raw-request.ts"
import { startProxy } from "./start-proxy.ts"

const { cleanups, cleanUp, proxyFor, serve, serveRaw } = makeProbeProxies()
afterEach(cleanUp)

const box = "http://box.example:4096"
const healthy = () => Response.json({ healthy: true, version: "1.18.33" })
const local = { lookup: async () => ["127.0.0.1"] }

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (holds()) return
    await Bun.sleep(10)
  }
  throw new Error(`not seen: ${what}`)
}

function limited(limits: Partial<typeof defaultLimits>) {
  const held = new Map<string, number>()
  return { held, limits: makeLimits({ ...defaultLimits, ...limits }, held) }
}

describe("server-side request forgery: no row of the table that is denied has a connection opened", () => {
  type Row = { name: string; expect: string; target?: string; dns?: string[]; config?: { exact: string[] } }
  const harmless = /^(?:leading space|CRLF header injection)$/
  const table = (rows as Row[]).filter(({ target, name }) => target !== undefined && !harmless.test(name))

  test.each(table)("$name", async (row) => {
    const reached: string[] = []
    const answers = (row.dns ?? ["10.96.3.4"]).map((address) =>
      address === "<own pod IP>" ? "10.0.0.99" : address,
    )
    const proxy = startProxy({
      env: {
        HOST: "0.0.0.0",
        SANDBAR_IDENTITY: "none",
        SANDBAR_ALLOWED_TARGETS: ["*.svc.cluster.local", ...(row.config?.exact ?? [])].join(","),
      },
      network: {
        resolve4: async () => answers.filter((address) => !address.includes(":")),
        resolve6: async () => answers.filter((address) => address.includes(":")),
        lookup: async (host) => [host],
        touch: async (address) => void reached.push(address),
        isSelf: (address) => address === "10.0.0.99",
      },
      fetch: async (url) => {
        reached.push(url)
        return healthy()
      },
    })
    cleanups.push(proxy.stop)
    const head = `GET /api/probe HTTP/1.1\r\nHost: kf.example\r\nX-Target-Server: ${row.target}`
    const answer = await rawRequest(proxy.port, `${head}\r\nConnection: close\r\n\r\n`)
    if (row.expect === "allow") expect([answer.status, reached.length > 0]).toEqual([200, true])
    else expect(reached).toEqual([])
  })
})

test("DNS rebinding: the address that was checked is the one that every connection goes to", async () => {
  const asked: string[] = []
  const reached: string[] = []
  const network = {
    resolve4: async (name: string) => {
      asked.push(name)
      return [asked.length === 1 ? "10.1.2.3" : "127.0.0.1"]
    },
    resolve6: async () => [],
    touch: async (address: string) => void reached.push(address),
  }
  const fetch = async (url: string) => {
    reached.push(new URL(url).hostname)
    return healthy()
  }
  const proxy = proxyFor("*.svc.cluster.local", { network, fetch })
  const told = await askProbe(proxy, "http://a.b.svc.cluster.local:4096")
  expect(told).toMatchObject({ verdict: "healthy", tried: "policy dns connect http opencode version" })
  expect(asked).toEqual(["a.b.svc.cluster.local."])
  expect(new Set(reached)).toEqual(new Set(["10.1.2.3"]))
  expect(told.raw).not.toContain("10.1.2.3")
})

describe("who may ask", () => {
  test("a foreign page may not (cross-site request forgery)", async () => {
    const { origin, proxy } = serve(healthy)
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { origin: "https://evil.example" },
      { host: "evil.example" },
    ]) {
      const answer = await probeRequest(proxy, origin, headers as Record<string, string>)
      expect(answer.status).toBe(403)
      expect(answer.headers.get("content-type")).toContain("problem+json")
      expect(answer.headers.get("access-control-allow-origin")).toBeNull()
    }
  })

  test("somebody who is not signed in may not", async () => {
    const env = {
      SANDBAR_IDENTITY: "header:x-user",
      SANDBAR_TRUSTED_PROXIES: "127.0.0.1",
      SANDBAR_PUBLIC_HOSTS: "127.0.0.1",
    }
    const proxy = proxyFor(box, { env, network: local })
    expect((await probeRequest(proxy, box)).status).toBe(401)
    expect((await probeRequest(proxy, box, { "x-user": "ada" })).status).toBe(200)
  })
})

describe("port scan", () => {
  test("one client finds out about so many ports and no more for a while", async () => {
    const origins = Array.from({ length: 12 }, (_, i) => `http://127.0.0.1:${20_000 + i}`)
    const touched: number[] = []
    const touch = (_address: string, port: number) => {
      touched.push(port)
      return Promise.reject(new Error("refused"))
    }
    const proxy = proxyFor(origins.join(","), { network: { touch }, limits: limited({ rate: 5 }).limits })
    const answers: Response[] = []
    for (const origin of origins) answers.push(await probeRequest(proxy, origin))
    expect(answers.map(({ status }) => status)).toEqual([...Array(5).fill(200), ...Array(7).fill(429)])
    expect(touched).toHaveLength(5)
    expect(answers[7]?.headers.get("retry-after")).toMatch(/^\d+$/)
    expect(await answers[7]?.json()).toMatchObject({ code: "limit.rate" })
  })

  test("a name with thousands of addresses costs eight connections, not thousands", async () => {
    let touched = 0
    const network = {
      lookup: async () => Array.from({ length: 3_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`),
      touch: async () => {
        touched++
        throw new Error("refused")
      },
    }
    await askProbe(proxyFor(box, { network }), box)
    expect(touched).toBe(8)
  })

  test("probes count among a client's requests, and their places come back", async () => {
    const { held, limits } = limited({ client: 1 })
    const { origin, proxy } = await serveRaw(() => undefined, "http", {
      network: local,
      limits,
      probeMs: 400,
    })
    const hanging = askProbe(proxy, origin)
    await until("one held", () => held.get("requests") === 1)
    const refused = await probeRequest(proxy, origin)
    expect([refused.status, await refused.json()]).toEqual([
      429,
      expect.objectContaining({ code: "limit.client" }),
    ])
    expect((await hanging).verdict).toBe("failed")
    expect(held.size).toBe(0)
  })
})

describe("a client who leaves", () => {
  test("ends what is open at the target, returns its place and leaves no line", async () => {
    const { held, limits } = limited({})
    let open = 0
    const { origin, proxy } = await serveRaw(
      (socket) => {
        open++
        socket.on("close", () => open--)
      },
      "http",
      { network: local, limits, probeMs: 8_000 },
    )
    const leave = new AbortController()
    const left = probeRequest(proxy, origin, {}, { signal: leave.signal }).catch(() => "left")
    await until("asked", () => open === 1)
    leave.abort()
    expect(await left).toBe("left")
    await until("gone", () => open === 0 && held.size === 0)
    expect(proxy.logLines).toEqual([])
  })

  test("ends a connection that is not there yet", async () => {
    let signal: AbortSignal | undefined
    const touch = (_address: string, _port: number, given: AbortSignal) => {
      signal = given
      return new Promise<void>(() => undefined)
    }
    const proxy = proxyFor(box, { network: { ...local, touch }, probeMs: 8_000 })
    const leave = new AbortController()
    const left = probeRequest(proxy, box, {}, { signal: leave.signal }).catch(() => "left")
    await until("connecting", () => signal !== undefined)
    leave.abort()
    await left
    await until("given up", () => signal?.aborted === true)
  })
})

describe("a target that wants to keep us", () => {
  test("by one byte at a time has as long as any other, and loses its connection", async () => {
    let open = 0
    const { origin, proxy } = await serveRaw((socket) => {
      open++
      const timer = setInterval(() => socket.write("x"), 20)
      socket.write("HTTP/1.1 200 OK\r\nX-Slow: ")
      socket.on("close", () => {
        clearInterval(timer)
        open--
      })
    })
    const began = performance.now()
    const told = await askProbe(proxy, origin)
    expect(told.sentence).toContain("gave no whole answer within 1 s")
    expect(performance.now() - began).toBeLessThan(8_000)
    await until("closed", () => open === 0)
  })

  test.each([
    ["a page without end", "text/html", "<title>Endless</title>"],
    ["an event stream", "text/event-stream", "data: 1\n\n"],
  ])("by %s is read no further than its first 64 KiB", async (_name, type, begin) => {
    let sent = 0
    let open = 0
    const { origin, proxy } = await serveRaw((socket) => {
      open++
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`)
      const chunk = `4000\r\n${begin.padEnd(0x4000, "x")}\r\n`
      const more = () => {
        while (open > 0 && socket.write(chunk)) sent += chunk.length
        sent += chunk.length
      }
      socket.on("drain", more)
      socket.on("close", () => open--)
      more()
    })
    const told = await askProbe(proxy, origin)
    expect(told.verdict).toBe("foreign")
    await until("closed", () => open === 0)
    expect(sent).toBeLessThan(64 * 1_048_576)
  })

  test("by what grows when it is unpacked is not unpacked", async () => {
    // Unpacked, it would be a healthy server.
    const bomb = gzipSync(`{"healthy":true,"version":"1.0.0"${" ".repeat(60_000)}}`)
    const encodings: (string | null)[] = []
    const { origin, proxy } = serve((request) => {
      encodings.push(request.headers.get("accept-encoding"))
      return new Response(bomb, {
        headers: { "content-encoding": "gzip", "content-type": "application/json" },
      })
    })
    expect((await askProbe(proxy, origin)).verdict).toBe("foreign")
    expect(new Set(encodings)).toEqual(new Set(["identity"]))
  })

  test("by slow or endless numbers is healthy without them", async () => {
    const endless = () =>
      new Response(new ReadableStream({ pull: (out) => out.enqueue(new Uint8Array(65_536).fill(32)) }))
    const { origin, proxy } = serve(
      async (request) => {
        const { pathname } = new URL(request.url)
        if (pathname === "/global/health") return healthy()
        if (pathname === "/session/status") return Response.json({ ses_1: { type: "busy" } })
        if (pathname === "/permission") return endless()
        return new Promise<never>(() => undefined)
      },
      { network: local, countMs: 200, probeMs: 8_000 },
    )
    const began = performance.now()
    const told = await askProbe(proxy, origin)
    expect(performance.now() - began).toBeLessThan(6_000)
    expect(told).toMatchObject({ verdict: "healthy", version: "1.18.33", running: 1 })
    expect(told.waiting).toBeUndefined()
  })
})

test("nothing of the browser's reaches a target but its password there, nothing of a target's reaches the browser", async () => {
  const seen: string[] = []
  const { origin, proxy } = serve((request) => {
    seen.push(...request.headers.keys())
    return new Response("{}", {
      headers: {
        "content-type": "application/json",
        "set-cookie": "evil=1",
        "www-authenticate": "Basic realm=evil",
        "x-evil": "1",
        location: "http://evil.example/",
      },
    })
  })
  const told = await askProbe(proxy, origin, {
    ...basic("pw"),
    cookie: "gateway=secret",
    authorization: "Bearer gateway",
    "kubeflow-userid": "ada",
    "x-opencode-directory": "/etc",
    "x-forwarded-for": "203.0.113.1",
  })
  const ours = "accept accept-encoding authorization connection host user-agent via x-request-id".split(" ")
  expect(seen.filter((name) => !ours.includes(name))).toEqual([])
  expect(seen).toContain("authorization")
  expect(told.raw).not.toContain("evil")
})

test("a server that is not OpenCode sees the person's password once, whatever it answers", async () => {
  for (const answer of [
    () => new Response("<title>Grafana</title>", { headers: { "content-type": "text/html" } }),
    () => Response.json({}),
    () => new Response("no", { status: 404 }),
    () => new Response("no", { status: 401 }),
  ]) {
    const seen: boolean[] = []
    const { origin, proxy } = serve((request) => {
      seen.push(request.headers.has("authorization"))
      return answer()
    })
    await askProbe(proxy, origin, basic("secret"))
    expect(seen).toEqual([true, false])
  }
})

test("header injection: a line break in the credentials begins no header at the target", async () => {
  const seen: Headers[] = []
  const { origin, proxy } = serve((request) => {
    seen.push(request.headers)
    return healthy()
  })
  const port = proxy.port
  const host = `127.0.0.1:${port}`
  for (const value of [
    "Basic eA==\r\nX-Evil: 1",
    "Basic eA==\nX-Evil: 1",
    "Basic eA==\rX-Evil: 1",
    "Basic\u0000x",
  ]) {
    const head = `GET /api/probe HTTP/1.1\r\nHost: ${host}\r\nX-Target-Server: ${origin}\r\nX-Target-Authorization: ${value}`
    await rawRequest(port, `${head}\r\nConnection: close\r\n\r\n`).catch(() => undefined)
  }
  expect(seen.some((headers) => headers.has("x-evil"))).toBe(false)
})

test("a probe is no use of a server: its credentials are not kept, and nobody is asked with them later", async () => {
  const asked: string[] = []
  const { origin, proxy } = serve((request) => {
    asked.push(new URL(request.url).pathname)
    return healthy()
  })
  expect((await askProbe(proxy, origin, basic("secret"))).verdict).toBe("healthy")
  const before = asked.length
  const kernels = await (await fetch(`${proxy.url}/api/kernels`)).json()
  expect(kernels).toEqual([expect.objectContaining({ execution_state: "idle" })])
  expect(asked).toHaveLength(before)
  expect(proxy.logLines.join("")).not.toContain(btoa("opencode:secret"))
})
