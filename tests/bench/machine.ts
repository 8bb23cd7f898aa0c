// What the numbers were measured on, and with which versions of everything.
import { readFileSync } from "node:fs"
import { cpus, loadavg, release, totalmem } from "node:os"
import { inRoot, packageJson } from "../../scripts/root.mjs"
import { nodeProgram } from "./columns.ts"
import { connections, type Generator } from "./load.ts"
import { findNginx } from "./nginx.ts"

export function describeHardware(): string {
  const [first] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`
  const [load = 0] = loadavg()
  return `${cpus().length} cores (${first?.model.trim() ?? "unknown"}), ${memory}, Linux ${release()}, load ${load.toFixed(1)} at the start`
}

export function describeMachine(generator: Generator): string[] {
  return [
    describeHardware(),
    `Sandbar ${packageJson().version} on Bun ${Bun.version}; ${nginxVersion()}; ${nodeVersion()} with http-proxy-3 ${versionOf("http-proxy-3")} and httpxy ${versionOf("httpxy")}`,
    `load from ${generator.name}, one thread, ${connections} connections; generator, target and proxy share the machine`,
  ]
}

function nginxVersion(): string {
  const program = findNginx()
  if (program === undefined) return "no nginx"
  const text = Bun.spawnSync([program, "-v"]).stderr.toString()
  return /nginx\/\S+/.exec(text)?.[0].replace("/", " ") ?? "nginx"
}

function nodeVersion(): string {
  const text = Bun.spawnSync([nodeProgram(), "-p", "process.versions.bun ?? process.version"])
    .stdout.toString()
    .trim()
  return text.startsWith("v") ? `Node ${text}` : `no Node, so Bun ${text}`
}

export function versionOf(name: string): string {
  const text = readFileSync(inRoot("node_modules", name, "package.json"), "utf8")
  return (JSON.parse(text) as { version: string }).version
}
