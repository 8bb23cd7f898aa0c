// Stands between two programs as a plain TCP relay and breaks what passes, in the ways that networks and gateways do.
import net, { type AddressInfo, type Server, type Socket } from "node:net"
import { makePassage, type Passage } from "./passage.ts"

export interface FaultInjector {
  readonly port: number
  readonly origin: string
  /** Connections that pass right now. */
  readonly open: () => number
  /** Every connection gets a TCP reset, on both sides. */
  reset(): void
  /** Every connection ends politely, wherever it is in its answer. */
  hangUp(): void
  /** What passes now falls silent and stays open; new connections pass. */
  stall(): void
  /** Every connection passes so many more bytes of what the target says, and then gets a reset: half a frame. */
  cutAfter(bytes: number): void
  /** Whoever asks gets a gateway's page with a 502; until `heal`. */
  answer502(): void
  /** Nobody listens here any more; until `heal`. */
  refuse(): Promise<void>
  /** The next request with this text in it is lost: before the target has it, or with what the target answers.
   * Resolves when one was. */
  lose(what: Loss, text: string): Promise<void>
  /** What comes new passes again. What is broken stays broken. */
  heal(): Promise<void>
  stop(): Promise<void>
}

export type Loss = "request" | "answer"

export async function startFaultInjector(targetPort: number): Promise<FaultInjector> {
  const passages = new Set<Passage>()
  const sockets = new Set<Socket>()
  let isGateway = false
  let losing: { what: Loss; text: string; lost: () => void } | undefined

  const each = (change: (passage: Passage) => void) => {
    for (const passage of [...passages]) change(passage)
  }
  const onRequest = (passage: Passage, chunk: Buffer): boolean => {
    if (!losing || !chunk.includes(losing.text)) return false
    const { what, lost } = losing
    losing = undefined
    lost()
    if (what === "request") passage.reset()
    else passage.loseAnswer()
    return what === "request"
  }
  const server = net.createServer((near) => {
    sockets.add(near)
    near.once("close", () => sockets.delete(near))
    if (isGateway) refuseAsGateway(near)
    else passages.add(makePassage({ near, targetPort, onRequest, onClose: (one) => passages.delete(one) }))
  })
  await listen(server, 0)
  const { port } = server.address() as AddressInfo

  async function closeAll(): Promise<void> {
    const closed = server.listening ? close(server) : undefined
    each((passage) => passage.reset())
    for (const socket of sockets) socket.resetAndDestroy()
    await closed
  }

  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    open: () => passages.size,
    reset: () => each((passage) => passage.reset()),
    hangUp: () => each((passage) => passage.hangUp()),
    stall: () => each((passage) => passage.fallSilent()),
    cutAfter: (bytes) => each((passage) => passage.resetAfter(bytes)),
    answer502() {
      isGateway = true
      each((passage) => passage.reset())
    },
    refuse: closeAll,
    lose(what, text) {
      const { promise, resolve } = Promise.withResolvers<void>()
      losing = { what, text, lost: resolve }
      return promise
    },
    async heal() {
      isGateway = false
      losing = undefined
      each((passage) => passage.passOn())
      if (!server.listening) await listen(server, port)
    },
    stop: closeAll,
  }
}

const page = "<!doctype html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>"
const refusal = `HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: ${page.length}\r\nconnection: close\r\n\r\n${page}`

function refuseAsGateway(near: Socket): void {
  near.on("error", () => near.destroy())
  near.once("data", () => near.end(refusal))
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject)
      resolve()
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
