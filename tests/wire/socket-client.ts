// A browser's side of a WebSocket through the proxy: the ticket, then the upgrade.
import { forwardPath, targetAuthorizationHeader, targetHeader } from "../../shared/paths.ts"
import { type OpenSocket, openSocket as openRawSocket } from "./open-socket.ts"
import type { TestProxy } from "./start-proxy.ts"
import type { Closed } from "./start-socket-target.ts"

type Proxy = Pick<TestProxy, "url" | "port">
export type Wish = {
  /** The target's origin. */
  target: string
  path: string
  authorization?: string
  headers?: Record<string, string>
}

export function askForTicket(proxy: Proxy, wish: Wish): Promise<Response> {
  return fetch(`${proxy.url}/${forwardPath}ticket`, {
    method: "POST",
    body: JSON.stringify({ path: wish.path }),
    headers: {
      "content-type": "application/json",
      [targetHeader]: wish.target,
      ...(wish.authorization ? { [targetAuthorizationHeader]: wish.authorization } : {}),
      ...wish.headers,
    },
  })
}

export async function ticketFor(proxy: Proxy, wish: Wish): Promise<string> {
  const answer = await askForTicket(proxy, wish)
  if (!answer.ok) throw new Error(`no ticket: ${answer.status} ${await answer.text()}`)
  return ((await answer.json()) as { ticket: string }).ticket
}

/** What a browser asks for, without the origin. */
export function socketPath({ path, target }: Wish, ticket: string): string {
  const query = new URLSearchParams({ target, ticket })
  return `/${forwardPath.slice(0, -1)}${path}${path.includes("?") ? "&" : "?"}${query}`
}

export function handshake(proxy: Proxy, path: string, headers: Record<string, string> = {}): string {
  const all: Record<string, string> = {
    Host: `127.0.0.1:${proxy.port}`,
    Origin: proxy.url,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === "" ? [] : [`${name}: ${value}`]))
  return `GET ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`
}

export type UpgradeAnswer = { status: number; code: string; text: string }

/** The answer to an upgrade, with the status that browsers hide. An empty header is left out. */
export async function upgrade(
  proxy: Proxy,
  wish: Wish,
  options: { ticket?: string; headers?: Record<string, string>; after?: Uint8Array } = {},
): Promise<UpgradeAnswer> {
  const ticket = options.ticket ?? (await ticketFor(proxy, wish))
  const socket = await openRawSocket(proxy.port)
  const head = Buffer.from(handshake(proxy, socketPath(wish, ticket), options.headers))
  socket.write(Buffer.concat([head, options.after ?? new Uint8Array()]))
  await untilAnswered(socket)
  socket.close()
  const text = socket.text()
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)
  return { status, text, code: /"code":"([^"]+)"/.exec(text)?.[1] ?? "" }
}

async function untilAnswered(socket: OpenSocket): Promise<void> {
  const whole = () => {
    const text = socket.text()
    const length = /^content-length: (\d+)/im.exec(text)?.[1] ?? "0"
    const head = text.indexOf("\r\n\r\n")
    return socket.ending() !== "open" || (head >= 0 && text.length >= head + 4 + Number(length))
  }
  const give = performance.now() + 10_000
  while (!whole()) {
    if (performance.now() > give) throw new Error(`no whole answer: ${socket.text()}`)
    await Bun.sleep(2)
  }
}

/** An open WebSocket whose bytes a test writes and reads itself; `leave` is when the client goes without waiting. */
export async function openRaw(proxy: Proxy, wish: Wish, leave?: Promise<void>): Promise<OpenSocket> {
  const ticket = await ticketFor(proxy, wish)
  const socket = await openRawSocket(proxy.port)
  socket.write(handshake(proxy, socketPath(wish, ticket)))
  void leave?.then(() => socket.close())
  await untilAnswered(socket)
  if (!socket.text().startsWith("HTTP/1.1 101")) throw new Error(socket.text())
  return socket
}

export type TestSocket = {
  socket: Bun.WebSocket
  received: (string | Buffer)[]
  closed: Promise<Closed>
  /** Fulfilled with the messages when there are so many. */
  got: (count: number) => Promise<(string | Buffer)[]>
}

/** Rejects when the upgrade is refused. */
export async function openThrough(
  proxy: Proxy,
  wish: Wish,
  protocols: readonly string[] = [],
): Promise<TestSocket> {
  const ticket = await ticketFor(proxy, wish)
  const url = proxy.url.replace("http", "ws") + socketPath(wish, ticket)
  const options = { protocols: [...protocols], headers: { origin: proxy.url, ...wish.headers } }
  const socket = new WebSocket(url, options as never) as unknown as Bun.WebSocket
  const received: (string | Buffer)[] = []
  const closed = Promise.withResolvers<Closed>()
  socket.onmessage = ({ data }) => received.push(data as string | Buffer)
  socket.onclose = ({ code, reason }) => closed.resolve({ code, reason })
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve()
    socket.onerror = ({ message }) => reject(new Error(message))
  })
  const got = async (count: number) => {
    while (received.length < count) {
      if (socket.readyState === WebSocket.CLOSED) throw new Error(`closed after ${received.length} messages`)
      await Bun.sleep(5)
    }
    return received
  }
  return { socket, received, closed: closed.promise, got }
}
