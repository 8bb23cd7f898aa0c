// R4, R7, R8: what a name server says, against the proxy's own look-up. The name server is the attacker's: it
// records what it was asked. Pods have 10.x.y.z; here a network address translation of the test's own connects
// 10.x.y.z to 127.x.y.z, where recorders listen.
import { getServers, setServers } from "node:dns"
import { Resolver } from "node:dns/promises"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { makeNetwork } from "../../proxy/network.ts"
import { rawRequest } from "./raw-request.ts"
import { type DnsAnswer, type DnsRecord, type DnsServer, startDns } from "./start-dns.ts"
import { startProxy, type TestProxy } from "./start-proxy.ts"
import { type Recorder, startRecorder } from "./start-recorder.ts"

const name = "sandbox.team-a.svc.cluster.local"
const program = join(import.meta.dirname, "programs", "look-up.ts")
const usual = getServers()

let answer: DnsAnswer = () => undefined
let dns: DnsServer
let pod: Recorder
/** Listens on loopback with the pod's port: where every attack wants to get. */
let victim: Recorder
let proxy: TestProxy
let dialled: string[] = []
let now = 0

beforeAll(async () => {
  dns = await startDns((...question) => answer(...question))
  // Whoever takes the process's own resolver is seen here as well.
  setServers([dns.address])
  victim = await startRecorder()
  pod = await startRecorder({ host: "127.1.0.1", port: victim.port })
})
afterAll(() => {
  setServers(usual)
  for (const server of [dns, pod, victim]) server.stop()
})
beforeEach(() => {
  dns.asked.length = 0
  dialled = []
  proxy = startProxy({
    env: { SANDBAR_ALLOWED_TARGETS: "*.svc.cluster.local" },
    dialOptions: { now: () => now },
    network: {
      ...makeNetwork(() => 0, ourResolver),
      touch: async (address) => {
        dialled.push(address)
      },
    },
    fetch: (url, init) => {
      const to = new URL(url)
      dialled.push(to.hostname)
      to.hostname = to.hostname.replace(/^10\./, "127.")
      return fetch(to.href, init)
    },
  })
})
afterEach(() => proxy.stop())

function ourResolver(): Resolver {
  const resolver = new Resolver()
  resolver.setServers([dns.address])
  return resolver
}

async function ask(host = name): Promise<{ status: number; text: string }> {
  const head = `GET /api/proxy/x HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Target-Server: http://${host}:${pod.port}\r\n`
  const { status, text } = await rawRequest(proxy.port, `${head}Connection: close\r\n\r\n`)
  expect(victim.received()).toEqual([])
  return { status, text }
}

function addresses(...data: string[]): DnsAnswer {
  const records: DnsRecord[] = data.map((each) => ({ type: each.includes(":") ? "AAAA" : "A", data: each }))
  return (_name, type) => records.filter((record) => record.type === type)
}

describe("DNS rebinding: the second answer is another address than the one that was checked", () => {
  test.each(["127.0.0.1", "169.254.169.254", "8.8.8.8", "0.0.0.0", "::1", "::ffff:127.0.0.1"])(
    "%s, milliseconds later: the checked address is dialled, and the new one is refused when it is looked at",
    async (rebound) => {
      let questions = 0
      const [good, bad] = [addresses("10.1.0.1"), addresses(rebound)]
      answer = (...question) => (++questions <= 2 ? good(...question) : bad(...question))
      now += 10_000
      for (let i = 0; i < 3; i++) expect((await ask()).status).toBe(200)
      expect(new Set(dialled)).toEqual(new Set(["10.1.0.1"]))
      // Both families were asked once, and no second look-up came from the HTTP client.
      expect(dns.asked.sort()).toEqual([`A ${name}`, `AAAA ${name}`])

      now += 5_000
      const { status, text } = await ask()
      expect(status).toBe(403)
      expect(text).toContain("target.forbidden")
      expect(text).not.toContain(rebound)
      expect(new Set(dialled)).toEqual(new Set(["10.1.0.1"]))
    },
  )

  test("an answer that may be kept for an hour is asked for again after five seconds all the same", async () => {
    let data = "10.1.0.1"
    answer = (_name, type) => (type === "A" ? [{ type, data, ttl: 3_600 }] : [])
    now += 10_000
    expect((await ask(`kept.${name}`)).status).toBe(200)
    data = "169.254.169.254"
    now += 5_000
    expect((await ask(`kept.${name}`)).status).toBe(403)
  })

  test("a server that has just started is found by the next request: nobody remembers that it had no address", async () => {
    const host = `started.${name}`
    answer = () => []
    now += 10_000
    expect((await ask(host)).text).toContain("target.name")
    answer = addresses("10.1.0.1")
    expect((await ask(host)).status).toBe(200)
  })

  test("the target reads the name, not the address, as its Host", async () => {
    answer = addresses("10.1.0.1")
    now += 10_000
    await ask()
    expect(pod.requests.at(-1)).toContain(`\r\nHost: ${name}:${pod.port}\r\n`)
  })
})

describe("server-side request forgery through a record that embeds an address", () => {
  test.each([
    ["mapped, private", "::ffff:10.1.0.1"],
    ["mapped, loopback", "::ffff:127.0.0.1"],
    ["compatible, loopback", "::127.0.0.1"],
    ["compatible, private", "::10.1.0.1"],
    ["NAT64", "64:ff9b::10.1.0.1"],
    ["local NAT64", "64:ff9b:1::10.1.0.1"],
    ["6to4", "2002:a01:1::1"],
    ["Teredo", "2001:0:a01:1::1"],
    ["translated", "::ffff:0:10.1.0.1"],
    ["ISATAP, link-local", "fe80::5efe:10.1.0.1"],
    ["site-local", "fec0::1"],
    ["multicast", "ff02::1"],
    ["documentation", "2001:db8::1"],
    ["discard-only", "100::1"],
    ["metadata", "fd00:ec2::254"],
  ])("%s: %s is refused and never dialled", async (_name, address) => {
    answer = addresses(address)
    now += 10_000
    const { status, text } = await ask()
    expect([status, dialled]).toEqual([403, []])
    expect(text).not.toContain(address)
  })

  test.each(["127.0.0.1", "::1", "8.8.8.8", "169.254.169.254", "::ffff:10.1.0.1"])(
    "%s among good addresses refuses the whole name, wherever it stands",
    async (bad) => {
      for (const answers of [
        [bad, "10.1.0.1", "10.1.0.2"],
        ["10.1.0.1", "10.1.0.2", bad, "fd12::1"],
      ]) {
        answer = addresses(...answers)
        now += 10_000
        expect([(await ask()).status, dialled]).toEqual([403, []])
      }
    },
  )

  test.each(["127.0.0.1", "169.254.169.254", "8.8.8.8"])(
    "a chain of aliases that ends at %s is refused",
    async (end) => {
      answer = (_name, type) =>
        type === "A"
          ? [
              { type: "CNAME", data: "other.team-a.svc.cluster.local" },
              { type: "CNAME", data: "outside.example" },
              { type, data: end },
            ]
          : []
      now += 10_000
      expect([(await ask()).status, dialled]).toEqual([403, []])
    },
  )
})

describe("search-domain hijack: a wildcard record in a search domain takes a cluster name over", () => {
  const hijacked: DnsAnswer = (asked, type) => {
    if (asked.endsWith("evil.example")) return type === "A" ? [{ type, data: "10.66.66.66" }] : []
    return asked === "known.team-a.svc.cluster.local" && type === "A"
      ? [{ type, data: "10.1.0.1" }]
      : undefined
  }

  /** As in a pod: every search domain comes first for names with fewer than five dots. */
  async function lookUp(host: string): Promise<string> {
    answer = hijacked
    const env = {
      ...process.env,
      LOCALDOMAIN: "team-a.svc.cluster.local evil.example",
      RES_OPTIONS: "ndots:5",
    }
    const command = [process.execPath, program, dns.address, `http://${host}:4096`]
    const child = Bun.spawn(command, { env, stdout: "pipe" })
    return new Response(child.stdout).text()
  }

  test("exactly the name is asked for, once for each family, and nothing with a suffix", async () => {
    expect(await lookUp("known.team-a.svc.cluster.local")).toBe("10.1.0.1")
    expect(dns.asked.sort()).toEqual([
      "A known.team-a.svc.cluster.local",
      "AAAA known.team-a.svc.cluster.local",
    ])
  })

  test("a name that there is not stays one that there is not", async () => {
    expect(await lookUp("gone.team-a.svc.cluster.local")).toBe("target.name")
    expect(dns.asked.join(" ")).not.toContain("evil.example")
    expect(dns.asked).toContain("A gone.team-a.svc.cluster.local")
  })
})
