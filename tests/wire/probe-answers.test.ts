// The steps from HTTP on as the ones that fail, over real sockets: what answers is no OpenCode that we can use.
import { afterEach, describe, expect, test } from "vitest"
import { type ManagedState, makeManagedServers } from "../../proxy/sandboxes/managed.ts"
import { askProbe, basic } from "./ask-probe.ts"
import { makeProbeProxies } from "./probe-proxies.ts"
import { startTarget } from "./start-target.ts"

const { proxyFor, serve, serveRaw, cleanups, cleanUp } = makeProbeProxies()
afterEach(cleanUp)

const box = "http://box.example:4096"
const healthy = () => Response.json({ healthy: true, version: "1.18.33" })

describe("HTTP", () => {
  test.each([
    [
      "silence",
      () => undefined,
      "Port PORT of box.example took the request but gave no whole answer within 1 s. Look at its log.",
    ],
    [
      "another protocol",
      "SSH-2.0-OpenSSH_9.6\r\n",
      "Port PORT of box.example does not speak HTTP. Check the port.",
    ],
    [
      "an impossible status",
      "HTTP/1.1 700 What\r\nContent-Length: 0\r\n\r\n",
      "Port PORT of box.example does not speak HTTP. Check the port.",
    ],
    [
      "an answer that ends early",
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
      "Port PORT of box.example closed the connection before its answer was complete. Check the port.",
    ],
    [
      "a chunked answer that ends early",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
      "Port PORT of box.example broke off in the middle of its answer. Try again, or look at its log.",
    ],
    [
      "an error",
      "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
      "The server answers with an error (status 503). Look at its log.",
    ],
    [
      "a refusal",
      "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
      "Something in front of the server refuses us (status 403). Ask who runs it to let Sandbar in.",
    ],
  ])("%s", async (_name, bytes, sentence) => {
    const { origin, proxy, port } = await serveRaw((socket) => {
      if (typeof bytes === "string") socket.end(bytes)
    })
    const told = await askProbe(proxy, origin)
    expect(told).toMatchObject({ verdict: "failed", tried: "policy dns connect http!" })
    expect(told.sentence).toBe(sentence.replace("PORT", String(port)))
  })

  test("a redirect is named and never followed", async () => {
    let followed = 0
    const elsewhere = startTarget(() => {
      followed++
      return healthy()
    })
    cleanups.push(elsewhere.stop)
    const { origin, proxy } = serve(() => Response.redirect(`${elsewhere.origin}/global/health`, 302))
    const told = await askProbe(proxy, origin)
    expect(told).toMatchObject({ verdict: "foreign", tried: "policy dns connect http!" })
    expect(told.raw).not.toContain(String(elsewhere.port))
    expect(followed).toBe(0)
  })
})

describe("is it OpenCode", () => {
  const page =
    (html: string, status = 200) =>
    () =>
      new Response(html, { status, headers: { "content-type": "text/html; charset=utf-8" } })
  test.each([
    [
      "a web page",
      page("<html><title>Grafana</title>"),
      "This is not an OpenCode server: it answered with a web page titled “Grafana”. Check the port.",
    ],
    [
      "an error page",
      page("<title>404 Not Found</title>", 404),
      "This is not an OpenCode server: it answered with a web page titled “404 Not Found”. Check the port.",
    ],
    [
      "a page without a title",
      page("<!doctype html>"),
      "This is not an OpenCode server: it answered with a web page. Check the port.",
    ],
    [
      "the page of an OpenCode without a health",
      page("<title>OpenCode</title>"),
      "It answered with OpenCode's web page instead of its health. The server may be too old: update it.",
    ],
    [
      "other JSON",
      () => Response.json({ ok: true }),
      "This is not an OpenCode server: it answered with something else. Check the port.",
    ],
    [
      "nothing there",
      () => new Response(null, { status: 404 }),
      "This is not an OpenCode server: it answered with status 404. Check the port.",
    ],
  ])("%s", async (_name, answer, sentence) => {
    const { origin, proxy } = serve(answer)
    const told = await askProbe(proxy, origin)
    expect(told).toMatchObject({ verdict: "foreign", tried: "policy dns connect http opencode!", sentence })
  })

  test("a server that is not healthy says so", async () => {
    const { origin, proxy } = serve(() => Response.json({ healthy: false }))
    const told = await askProbe(proxy, origin)
    expect(told).toMatchObject({
      verdict: "failed",
      tried: "policy dns connect http opencode!",
      sentence: "The server says that it is not healthy. Look at its log.",
    })
  })

  test("OpenCode 2 serves only /api, and is not supported yet", async () => {
    const next = (health: object) => (request: Request) =>
      request.url.endsWith("/api/health") ? Response.json(health) : page("<title>OpenCode</title>")()
    for (const [health, version] of [
      [{ healthy: true }, "2.0"],
      [{ healthy: true, version: "2.3.1" }, "2.3.1"],
    ] as const) {
      const { origin, proxy } = serve(next(health))
      expect(await askProbe(proxy, origin)).toMatchObject({
        verdict: "unsupported",
        tried: "policy dns connect http opencode version!",
        sentence: `OpenCode ${version} is not supported yet. Use a server of version 1.`,
      })
    }
    const both = serve(() => Response.json({ healthy: true, version: "2.0.0" }))
    expect((await askProbe(both.proxy, both.origin)).verdict).toBe("unsupported")
  })

  test("OpenCode 2 with a password is known by how it refuses, and not asked with the password", async () => {
    const { origin, proxy } = serve((request) => {
      if (!request.url.endsWith("/api/health")) return page("<title>OpenCode</title>")()
      return request.headers.has("authorization")
        ? Response.json({ healthy: true, version: "2.3.1" })
        : Response.json({ _tag: "UnauthorizedError" }, { status: 401 })
    })
    expect(await askProbe(proxy, origin, basic("secret"))).toMatchObject({
      verdict: "unsupported",
      sentence: "OpenCode 2.0 is not supported yet. Use a server of version 1.",
    })
  })
})

describe("the password", () => {
  const refuse = () => new Response(null, { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } })
  test("a server of which we know nothing else wants one", async () => {
    const { origin, proxy } = serve(refuse)
    const told = await askProbe(proxy, origin)
    expect(told).toMatchObject({ verdict: "needs-password", tried: "policy dns connect http password!" })
    expect(told.sentence).toBe("It wants a password. Whether it is an OpenCode server shows only with it.")
    expect(told.raw).not.toMatch(/www-authenticate|realm/i)
  })

  test("one that is wrong was sent once, and is not in the answer", async () => {
    const seen: (string | null)[] = []
    const { origin, proxy } = serve((request) => {
      seen.push(request.headers.get("authorization"))
      return refuse()
    })
    const told = await askProbe(proxy, origin, basic("a wrong one"))
    expect(told).toMatchObject({ verdict: "wrong-password", sentence: "Wrong password, or wrong user name." })
    expect(seen.filter((header) => header !== null)).toHaveLength(1)
    expect(told.raw).not.toContain(btoa("opencode:a wrong one"))
  })
})

describe("the local server", () => {
  const local = "http://local"
  const withLocal = (state: () => ManagedState) =>
    proxyFor(box, { managed: makeManagedServers({ local: state }), probeMs: 1_000 })

  test("that starts or has failed is said to", async () => {
    expect(
      await askProbe(
        withLocal(() => ({ is: "starting" })),
        local,
      ),
    ).toMatchObject({
      verdict: "starting",
      tried: "policy connect!",
      sentence: "The local OpenCode server is starting. Try again in a moment.",
    })
    const failed = withLocal(() => ({ is: "failed", reason: "The local server ended." }))
    expect(await askProbe(failed, local)).toMatchObject({
      verdict: "failed",
      sentence: "The local server ended.",
    })
  })

  test("never shows its port or its password", async () => {
    const target = startTarget(
      (request) =>
        new Response(`<title>${request.headers.get("authorization")}</title>`, {
          headers: { "content-type": "text/html" },
        }),
    )
    cleanups.push(target.stop)
    const authorization = `Basic ${btoa("opencode:ours")}`
    const proxy = withLocal(() => ({ is: "ready", port: target.port, authorization }))
    const odd = await askProbe(proxy, local)
    expect(odd.verdict).toBe("foreign")
    target.stop()
    const down = await askProbe(proxy, local)
    expect(down.sentence).toBe("The local OpenCode server does not answer. Look at Sandbar's log.")
    for (const { raw } of [odd, down]) {
      expect(raw).not.toContain(btoa("opencode:ours"))
      expect(raw).not.toContain(String(target.port))
    }
  })
})
