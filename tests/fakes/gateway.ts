// A reverse proxy in front of Sandbar, as Kubernetes ingresses and dashboards are: a program of its own.
//
//   bun tests/fakes/gateway.ts <arrangement> <prefix> <target origin>
//
// Arrangements: `root` passes everything on; `keep` passes on what is under the prefix, unchanged; `strip` takes
// the prefix off and says nothing; `announce` takes it off and says so in X-Forwarded-Prefix.
// WebSockets go through as they are: the browser's headers, the target's subprotocol.
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
    if (headers.get("upgrade") === "websocket") return passSocket(request, headers, target + path + search)
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
  websocket: {
    data: {} as Bun.WebSocket,
    idleTimeout: 0,
    open(client) {
      const upstream = client.data
      upstream.onmessage = ({ data }) => void client.send(data)
      upstream.onclose = ({ code, reason }) => client.close(code, reason)
      upstream.resume()
    },
    message: (client, message) => client.data.send(message),
    close: (client) => client.data.close(),
  },
  error: (error) => new Response(`The gateway got no answer: ${error.message}`, { status: 502 }),
})

process.stdout.write(`gateway on http://127.0.0.1:${server.port}\n`)

async function passSocket(request: Request, headers: Headers, url: string): Promise<Response | undefined> {
  for (const name of [...headers.keys()])
    if (/^(?:connection|upgrade|sec-websocket-.+)$/.test(name)) headers.delete(name)
  const protocols = request.headers.get("sec-websocket-protocol")?.split(/, */) ?? []
  const options = { headers, protocols, perMessageDeflate: false }
  const upstream = new WebSocket(url.replace(/^http/, "ws"), options as never) as unknown as Bun.WebSocket
  upstream.pause()
  const opened = await new Promise<boolean>((resolve) => {
    upstream.onopen = () => resolve(true)
    upstream.onerror = () => resolve(false)
  })
  if (!opened) return new Response("The gateway got no WebSocket.", { status: 502 })
  const chosen = { "sec-websocket-protocol": upstream.protocol }
  return server.upgrade(request, { data: upstream, headers: chosen })
    ? undefined
    : new Response("", { status: 400 })
}
