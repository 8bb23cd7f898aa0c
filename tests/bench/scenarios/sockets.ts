// WebSockets that echo: as many messages as sixteen connections with one in flight each can move, and the time that
// one message takes there and back when there is no hurry.
import type { Column } from "../columns.ts"
import { closeEcho, openEcho } from "../echo-client.ts"
import { cpuSeconds } from "../process-cost.ts"
import type { Scenario } from "../scenario.ts"
import { quantile } from "../statistics.ts"

const connections = 16
const message = "x".repeat(64)

export const sockets: Scenario = {
  name: "sockets",
  columns: ["direct", "nginx", "sandbar", "http-proxy-3", "httpxy"],
  rounds: 3,
  measures: [
    { key: "messages", label: "WebSocket echo, messages/s", unit: "", digits: 0 },
    { key: "messagesPerCore", label: "WebSocket echo, messages per second of CPU", unit: "", digits: 0 },
    { key: "roundTrip", label: "WebSocket echo, there and back, p50", unit: "µs", digits: 0 },
  ],
  warmUp: async (column) => {
    await flood(column, 1_500)
  },
  async run(column, { quick }) {
    return {
      ...(await flood(column, quick ? 500 : 2_000)),
      roundTrip: quantile(await roundTrips(column, quick ? 50 : 200), 0.5),
    }
  },
}

async function flood(column: Column, ms: number): Promise<{ messages: number; messagesPerCore: number }> {
  const open = await Promise.all(Array.from({ length: connections }, () => openEcho(column.places.pages)))
  let count = 0
  for (const socket of open)
    socket.onmessage = () => {
      count++
      socket.send(message)
    }
  const before = cpuSeconds(column.pid)
  const began = performance.now()
  for (const socket of open) socket.send(message)
  await Bun.sleep(ms)
  const seconds = (performance.now() - began) / 1_000
  const used = cpuSeconds(column.pid) - before
  const result = { messages: count / seconds, messagesPerCore: count / used }
  await Promise.all(open.map((socket) => closeEcho(socket)))
  return result
}

/** Microseconds, one message every 5 ms. */
async function roundTrips(column: Column, count: number): Promise<number[]> {
  const socket = await openEcho(column.places.pages)
  const micros: number[] = []
  for (let i = 0; i < count; i++) {
    const back = Promise.withResolvers<void>()
    socket.onmessage = () => back.resolve()
    const began = performance.now()
    socket.send(message)
    await back.promise
    micros.push((performance.now() - began) * 1_000)
    await Bun.sleep(5)
  }
  await closeEcho(socket)
  return micros
}
