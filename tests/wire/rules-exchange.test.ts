// R8, R9, R24, R25, R28: how one exchange with a target is carried out, beyond what its headers say.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createServer } from "node:tls"
import { afterEach, describe, expect, test } from "vitest"
import { createApp } from "../../proxy/app.ts"
import { makeTestDeps, startProxy, type TestProxy, type TestProxyOptions } from "./start-proxy.ts"
import { type Recorder, startRecorder } from "./start-recorder.ts"
import { startServeUi } from "./start-serve-ui.ts"
import { startRawTarget } from "./start-target.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function recorder(options?: Parameters<typeof startRecorder>[0]): Promise<Recorder> {
  const target = await startRecorder(options)
  cleanups.push(target.stop)
  return target
}

function proxyTo(origins: string, options: TestProxyOptions = {}): TestProxy {
  const proxy = startProxy({ ...options, env: { SANDBAR_ALLOWED_TARGETS: origins } })
  cleanups.push(proxy.stop)
  return proxy
}

function ask(url: string, server: string, init: BunFetchRequestInit = {}): Promise<Response> {
  return fetch(`${url}/api/proxy/x`, { ...init, headers: { "x-target-server": server } })
}

describe("TLS to the wrong server", () => {
  test("the certificate is asked for by the server's name, although an address is dialled", async () => {
    const target = await recorder()
    const server = `https://box.example:${target.port}`
    const proxy = proxyTo(server, { network: { lookup: async () => ["127.0.0.1"] } })
    expect((await ask(proxy.url, server)).status).toBe(502)
    // The first flight of TLS has the name in plain text (RFC 6066 §3).
    expect(target.received().join("")).toContain("box.example")
  })

  // The names lead to one address and one port, as behind an ingress. Trusted authorities are read when a process
  // starts, so this one is a process of its own.
  test("a connection whose certificate was checked for one name is not used for another name behind the same address", async () => {
    const file = (name: string) => join(import.meta.dirname, "tls", name)
    const heard: string[] = []
    const server = createServer(
      { cert: readFileSync(file("localhost.pem")), key: readFileSync(file("localhost-key.pem")) },
      (socket) => {
        socket.on("error", () => socket.destroy())
        socket.on("data", (data) => {
          heard.push(/\r\nhost: ([^:\r]+)/i.exec(data.toString("latin1"))?.[1] ?? "")
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        })
      },
    )
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    cleanups.push(() => server.close())
    const address = server.address()
    const port = typeof address === "object" && address ? address.port : 0
    const [good, other] = [`https://localhost:${port}`, `https://127.0.0.1:${port}`]
    const serveUi = await startServeUi({
      NODE_EXTRA_CA_CERTS: file("authority.pem"),
      SANDBAR_DRIVER: "none",
      SANDBAR_ALLOWED_TARGETS: `${good},${other}`,
    })
    cleanups.push(serveUi.cleanup)
    const url = serveUi.url.replace(/\/$/, "")
    for (let round = 0; round < 2; round++) {
      expect((await ask(url, good)).status).toBe(200)
      const refused = await ask(url, other)
      expect([refused.status, await refused.json()]).toEqual([
        502,
        expect.objectContaining({ code: "target.certificate" }),
      ])
    }
    expect(heard).toEqual(["localhost", "localhost"])
  })
})

test("exposed network: a person is told the server's name and the port, never the address that a name led to", async () => {
  const server = "http://box.example:4096"
  const network = (touch: () => Promise<void>) => ({ lookup: async () => ["10.77.66.55"], touch })
  const quick = { dialOptions: { dialMs: 50 } }
  const down = proxyTo(server, {
    ...quick,
    network: network(() => Promise.reject(new Error("10.77.66.55 refused"))),
  })
  const silent = proxyTo(server, { ...quick, network: network(() => new Promise(() => undefined)) })
  const broken = proxyTo(server, {
    network: network(async () => undefined),
    fetch: () => Promise.reject(Object.assign(new Error("10.77.66.55:4096"), { code: "ECONNRESET" })),
  })
  for (const [proxy, status] of [
    [down, 502],
    [silent, 504],
    [broken, 502],
  ] as const) {
    const answer = await ask(proxy.url, server)
    const told = await answer.text()
    expect(answer.status).toBe(status)
    expect(told).toContain("box.example:4096")
    expect(told + JSON.stringify([...answer.headers])).not.toContain("10.77")
  }
})

describe("a request that is carried out twice", () => {
  /** Answers once on each connection; a second request on it meets a connection that has gone. */
  async function dyingTarget(seen: string[]): Promise<string> {
    const target = await startRawTarget((socket, first) => {
      const answer = (request: string) => {
        seen.push(request.split(" ")[0] ?? "")
        if (seen.length === 2) socket.destroy()
        else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      }
      answer(first)
      socket.on("data", (data) => answer(data.toString("latin1")))
    })
    cleanups.push(target.stop)
    return target.origin
  }

  test("double prompt: a POST whose connection dies is never sent again, because nobody knows what it did", async () => {
    const seen: string[] = []
    const server = await dyingTarget(seen)
    const proxy = proxyTo(server)
    expect((await ask(proxy.url, server)).status).toBe(200)
    const lost = await ask(proxy.url, server, { method: "POST", body: "delete everything" })
    expect([lost.status, await lost.json()]).toEqual([
      502,
      expect.objectContaining({ code: "target.unreachable" }),
    ])
    await Bun.sleep(100)
    expect(seen).toEqual(["GET", "POST"])
  })

  test("a GET is: a pooled connection that a server closed is nobody's failure", async () => {
    const seen: string[] = []
    const server = await dyingTarget(seen)
    const proxy = proxyTo(server)
    for (let i = 0; i < 2; i++) expect((await ask(proxy.url, server)).status).toBe(200)
    expect(seen).toEqual(["GET", "GET", "GET"])
  })
})

describe("a stream ended by a clock that is not ours", () => {
  const server = "http://127.0.0.1:4096"
  async function timeoutsOf(answer: Response): Promise<{ client: number[]; target: unknown }> {
    const client: number[] = []
    let target: unknown
    const deps = makeTestDeps(
      {
        env: { SANDBAR_ALLOWED_TARGETS: server },
        network: { touch: async () => undefined },
        fetch: async (_url, init) => {
          target = init.timeout
          return answer
        },
      },
      () => 0,
    )
    const connection = {
      requestIP: () => ({ address: "127.0.0.1", port: 1, family: "IPv4" as const }),
      timeout: (_request: Request, seconds: number) => void client.push(seconds),
    }
    const request = new Request("http://127.0.0.1/api/proxy/x", {
      headers: { host: "127.0.0.1", "x-target-server": server },
    })
    const sent = await createApp(deps).fetch(request, { connection } as never)
    expect(sent.status).toBe(200)
    const whileOpen = [...client]
    await sent.body?.cancel()
    return { client: whileOpen, target }
  }

  test("nothing ends a silent event stream: not Bun's six minutes towards the target, not its idle time towards the client", async () => {
    const events = new Response(new ReadableStream(), { headers: { "content-type": "text/event-stream" } })
    expect(await timeoutsOf(events)).toEqual({ client: [0], target: 0 })
  })

  test("idle clients: an answer with an end of its own gets the idle time back", async () => {
    const plain = new Response("ok", { headers: { "content-length": "2" } })
    const { client } = await timeoutsOf(plain)
    expect([client[0], client.at(-1)]).toEqual([0, 255])
  })
})
