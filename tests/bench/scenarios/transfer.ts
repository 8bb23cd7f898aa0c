// One gigabyte down and one up, every byte compared with what was sent.
import type { Column } from "../columns.ts"
import { openConnection } from "../connection.ts"
import { knownBytes } from "../known-bytes.ts"
import { cpuSeconds } from "../process-cost.ts"
import { refusalIn, requestText } from "../request-text.ts"
import type { Scenario } from "../scenario.ts"

const full = 1_000_000_000

export const transfer: Scenario = {
  name: "transfer",
  columns: ["direct", "nginx", "sandbar", "http-proxy-3", "httpxy"],
  rounds: 3,
  measures: [
    { key: "down", label: "download of 1 GB", unit: "MB/s", digits: 0 },
    { key: "downCpu", label: "download: CPU time for 1 GB", unit: "s", digits: 2 },
    { key: "up", label: "upload of 1 GB", unit: "MB/s", digits: 0 },
    { key: "upCpu", label: "upload: CPU time for 1 GB", unit: "s", digits: 2 },
  ],
  warmUp: async (column) => {
    await download(column, full / 10)
    await upload(column, full / 10)
  },
  async run(column, { quick }) {
    const bytes = quick ? full / 5 : full
    const [down, downCpu] = await cost(column, bytes, () => download(column, bytes))
    const [up, upCpu] = await cost(column, bytes, () => upload(column, bytes))
    return { down, downCpu, up, upCpu }
  },
}

/** Megabytes a second, and seconds of CPU for a gigabyte. */
async function cost(column: Column, bytes: number, move: () => Promise<void>): Promise<[number, number]> {
  const before = cpuSeconds(column.pid)
  const began = performance.now()
  await move()
  const seconds = (performance.now() - began) / 1_000
  return [bytes / 1e6 / seconds, ((cpuSeconds(column.pid) - before) * full) / bytes]
}

async function download(column: Column, bytes: number): Promise<void> {
  const place = column.places.bytes
  const done = Promise.withResolvers<void>()
  let received = 0
  const connection = await openConnection(place.port, {
    onHead(head) {
      const refusal = refusalIn(head)
      if (refusal) done.reject(refusal)
    },
    onBody(piece) {
      if (!knownBytes.matches(received, piece)) done.reject(new Error(`wrong bytes after ${received}`))
      received += piece.length
    },
    onEnd: done.resolve,
  })
  connection.write(requestText(place, "GET", `/down/${bytes}`))
  await Promise.race([done.promise, connection.closed])
  connection.close()
  if (received !== bytes) throw new Error(`a download ended after ${received} of ${bytes} bytes`)
}

async function upload(column: Column, bytes: number): Promise<void> {
  const place = column.places.bytes
  const done = Promise.withResolvers<void>()
  let answer = ""
  const connection = await openConnection(place.port, {
    onHead(head) {
      const refusal = refusalIn(head)
      if (refusal) done.reject(refusal)
    },
    onBody: (piece) => {
      answer += Buffer.from(piece).toString("latin1")
    },
    onEnd: done.resolve,
  })
  connection.write(requestText(place, "POST", "/up", { "Content-Length": String(bytes) }))
  connection.send(bytes)
  await Promise.race([done.promise, connection.closed])
  connection.close()
  if (answer !== JSON.stringify({ received: bytes, whole: true }))
    throw new Error(`an upload of ${bytes} bytes: ${answer}`)
}
