// Sandbar as a process of its own, with everything that it may limit limited so high that nobody is refused.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { proxyEnvironment } from "../../scripts/proxy-environment.mjs"
import { inRoot } from "../../scripts/root.mjs"
import { forwardPath, targetHeader } from "../../shared/paths.ts"
import { nextLine, stopChild } from "./child.ts"
import type { Place } from "./columns.ts"

export type Sandbar = {
  pid: number
  /** Where clients reach one of the allowed targets. */
  place: (targetPort: number) => Place
  /** Fulfilled when garbage was collected, with what is left. */
  collectGarbage: () => Promise<Heap>
  log: () => string
  isRunning: () => boolean
  stop: () => Promise<void>
}
export type Heap = { bytes: number; objects: number }

const most = 20_000
const limited = ["target", "client", "streams", "client-streams", "sockets", "client-sockets", "rate"]

/** Keeps its key and its log in `directory`. */
export async function startSandbar(targetPorts: readonly number[], directory: string): Promise<Sandbar> {
  const log = join(directory, "log.jsonl")
  const child = Bun.spawn([process.execPath, inRoot("tests/bench/programs/sandbar.ts")], {
    env: proxyEnvironment({
      PATH: process.env.PATH,
      HOME: directory,
      PORT: "0",
      SANDBAR_HOME: directory,
      SANDBAR_DRIVER: "none",
      SANDBAR_ALLOWED_TARGETS: targetPorts.map(originAt).join(","),
      SANDBAR_LIMITS: limited.map((name) => `${name}=${most}`).join(","),
      SANDBAR_LOG: "json",
      SANDBAR_DRAIN_SECONDS: "1",
    }),
    stdin: "ignore",
    stdout: "pipe",
    // A file, like nginx's access log.
    stderr: Bun.file(log),
  })
  const lines = child.stdout.getReader()
  const readLog = () => readFileSync(log, "utf8")
  const url = await nextLine(lines, "Sandbar").catch((cause: unknown) => {
    throw new Error(`Sandbar did not start: ${readLog()}`, { cause })
  })
  const port = Number(new URL(url).port)
  return {
    pid: child.pid,
    place: (targetPort) => ({
      port,
      path: (path) => `/${forwardPath.slice(0, -1)}${path}`,
      headers: { [targetHeader]: originAt(targetPort) },
    }),
    async collectGarbage() {
      child.kill("SIGUSR2")
      return JSON.parse(await nextLine(lines, "Sandbar")) as Heap
    },
    log: readLog,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: () => stopChild(child),
  }
}

function originAt(port: number): string {
  return `http://127.0.0.1:${port}`
}
