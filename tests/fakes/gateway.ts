// A reverse proxy in front of Sandbar, as Kubernetes ingresses and dashboards are: a program of its own.
//
//   bun tests/fakes/gateway.ts <arrangement> <prefix> <target origin>
//
// Arrangements: `root` passes everything on; `keep` passes on what is under the prefix, unchanged; `strip` takes
// the prefix off and says nothing; `announce` takes it off and says so in X-Forwarded-Prefix.
const [arrangement = "", prefix = "/", target = ""] = process.argv.slice(2)
if (!["root", "keep", "strip", "announce"].includes(arrangement))
  throw new Error(`No arrangement "${arrangement}".`)

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 255,
  async fetch(request, server) {
    // Event streams are silent for longer than any fixed limit.
    server.timeout(request, 0)
    const { pathname, search } = new URL(request.url)
    const bare = prefix.slice(0, -1)
    if (arrangement !== "root" && pathname !== bare && !pathname.startsWith(prefix)) {
      return new Response("The gateway knows no such path.", { status: 404 })
    }
    const stripping = arrangement === "strip" || arrangement === "announce"
    if (stripping && pathname === bare)
      return new Response(null, { status: 301, headers: { location: prefix } })
    const path = stripping ? pathname.slice(prefix.length - 1) : pathname
    const headers = new Headers(request.headers)
    headers.set("x-forwarded-for", server.requestIP(request)?.address ?? "")
    headers.set("x-forwarded-host", request.headers.get("host") ?? "")
    headers.set("x-forwarded-proto", "http")
    if (arrangement === "announce") headers.set("x-forwarded-prefix", prefix)
    return fetch(target + path + search, {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
      decompress: false,
      proxy: false,
      timeout: 0,
      signal: request.signal,
    } as unknown as RequestInit)
  },
  error: (error) => new Response(`The gateway got no answer: ${error.message}`, { status: 502 }),
})

process.stdout.write(`gateway on http://127.0.0.1:${server.port}\n`)
