// The real network behind forward/dial.ts.
import { lookup, Resolver } from "node:dns/promises"
import { connect } from "node:net"
import { networkInterfaces } from "node:os"
import ipaddr from "ipaddr.js"
import type { Network } from "./forward/dial.ts"

/**
 * A resolver keeps an answer for as long as the name server says, and also that there is none: a pod that has just
 * started would stay unknown, one that has moved would be dialled where it was. Each look-up gets one of its own.
 */
export function makeNetwork(ownPort: () => number, makeResolver = () => new Resolver()): Network {
  return {
    resolve4: (name) => makeResolver().resolve4(name),
    resolve6: (name) => makeResolver().resolve6(name),
    lookup: async (name) => (await lookup(name, { all: true })).map((found) => found.address),
    touch,
    isSelf: (address, port) => port === ownPort() && isOwnAddress(address),
  }
}

function touch(address: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port })
    const abandon = () => {
      socket.destroy()
      reject(signal.reason)
    }
    socket.once("connect", () => {
      socket.destroy()
      resolve()
    })
    socket.once("error", reject)
    socket.once("close", () => signal.removeEventListener("abort", abandon))
    signal.addEventListener("abort", abandon, { once: true })
  })
}

function isOwnAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const wanted = ipaddr.process(address)
  if (wanted.range() === "loopback" || wanted.range() === "unspecified") return true
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return own.some((mine) => ipaddr.process(mine.address).toString() === wanted.toString())
}
