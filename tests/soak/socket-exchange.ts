// A conversation over a WebSocket: every message comes back as it was, in order.
import type { Place } from "../bench/columns.ts"
import { closeEcho, openEcho } from "../bench/echo-client.ts"
import { knownBytes } from "../bench/known-bytes.ts"
import type { Manners, Outcome } from "./exchange.ts"
import { streamStart } from "./seeded-stream.ts"

export async function socketExchange(
  place: Place,
  { seed, bytes }: { seed: number; bytes: number },
  { leaveAfter }: Manners,
): Promise<Outcome> {
  // Why an upgrade failed, a browser is not told either.
  const socket = await openEcho(place).catch(() => undefined)
  if (socket === undefined) return { is: "broken" }
  const done = Promise.withResolvers<Outcome>()
  socket.binaryType = "nodebuffer"
  let received = 0
  socket.onmessage = ({ data }) => {
    const message = data as Buffer
    if (!knownBytes.matches(streamStart(seed) + received, message))
      done.resolve({ is: "wrong", why: `a message after byte ${received} came back different` })
    received += message.length
    if (received >= (leaveAfter ?? Number.POSITIVE_INFINITY)) done.resolve({ is: "left" })
    else if (received === bytes) done.resolve({ is: "whole" })
  }
  socket.onclose = () => done.resolve({ is: "broken" })
  sendAll(socket, seed, bytes)
  const outcome = await done.promise
  if (outcome.is === "left") socket.terminate()
  else if (socket.readyState === WebSocket.OPEN) await closeEcho(socket)
  return outcome
}

/** Sizes from one byte to a few thousand, a different mix for every seed. */
function sendAll(socket: Bun.WebSocket, seed: number, bytes: number): void {
  for (let sent = 0, i = 1; sent < bytes; i++) {
    const size = Math.min(bytes - sent, 1 + ((seed + i * 997) % 5_000))
    socket.send(knownBytes.at(streamStart(seed) + sent, size))
    sent += size
  }
}
