// What is measured side by side: nothing in between, nginx, Sandbar, and the proxy libraries for Node. Each one
// runs as a process of its own in front of the same targets.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { inRoot } from "../../scripts/root.mjs"
import { nextLine, stopChild } from "./child.ts"
import { startNginx } from "./nginx.ts"
import { startSandbar } from "./start-sandbar.ts"

export const columnNames = ["direct", "nginx", "sandbar", "http-proxy-3", "httpxy"] as const
export type ColumnName = (typeof columnNames)[number]

/** The targets' ports: pages, events of this process's clock, known bytes. */
export type Ports = { pages: number; events: number; bytes: number }
export type Place = { port: number; path: (path: string) => string; headers: Record<string, string> }

export type Column = {
  name: ColumnName
  /** The process whose costs count, with its children. */
  pid: number
  places: Record<keyof Ports, Place>
  /** Garbage is not what an open stream costs. */
  collectGarbage: () => unknown
  stop: () => Promise<void>
}

export type Setup = { ports: Ports; targetsPid: number; directory: string }

export async function startColumn(name: ColumnName, setup: Setup): Promise<Column> {
  const directory = join(setup.directory, `${name}-${counter++}`)
  mkdirSync(directory)
  if (name === "direct") return direct(setup)
  if (name === "sandbar") {
    const sandbar = await startSandbar(Object.values(setup.ports), directory)
    return { name, ...sandbar, places: mapPorts(setup.ports, sandbar.place) }
  }
  if (name === "nginx") {
    const nginx = await startNginx(setup.ports, directory)
    return { name, ...nginx, places: placesAt(nginx.ports), collectGarbage: () => undefined }
  }
  return startNodeLibrary(name, setup)
}

let counter = 0

function direct({ ports, targetsPid }: Setup): Column {
  const stop = async () => undefined
  return { name: "direct", pid: targetsPid, places: placesAt(ports), collectGarbage: () => undefined, stop }
}

async function startNodeLibrary(name: "http-proxy-3" | "httpxy", { ports }: Setup): Promise<Column> {
  const program = inRoot("tests/bench/programs/node-library.mjs")
  const targets = [ports.pages, ports.events, ports.bytes].map(String)
  const child = Bun.spawn([nodeProgram(), "--expose-gc", program, name, ...targets], {
    env: { PATH: process.env.PATH },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  })
  const [pages = 0, events = 0, bytes = 0]: number[] = JSON.parse(
    await nextLine(child.stdout.getReader(), name),
  )
  return {
    name,
    pid: child.pid,
    places: placesAt({ pages, events, bytes }),
    collectGarbage: () => child.kill("SIGUSR2"),
    stop: () => stopChild(child),
  }
}

/** The libraries are made for Node; Bun stands in where there is none. */
export function nodeProgram(): string {
  return Bun.which("node") ?? process.execPath
}

export async function startTargets(): Promise<{
  pid: number
  pages: number
  bytes: number
  stop: () => Promise<void>
}> {
  const child = Bun.spawn([process.execPath, inRoot("tests/bench/programs/targets.ts")], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  })
  const ports: Omit<Ports, "events"> = JSON.parse(await nextLine(child.stdout.getReader(), "The targets"))
  return { pid: child.pid, ...ports, stop: () => stopChild(child) }
}

function placesAt(ports: Ports): Record<keyof Ports, Place> {
  return mapPorts(ports, (port) => ({ port, path: (path) => path, headers: {} }))
}

function mapPorts(ports: Ports, place: (port: number) => Place): Record<keyof Ports, Place> {
  return { pages: place(ports.pages), events: place(ports.events), bytes: place(ports.bytes) }
}
