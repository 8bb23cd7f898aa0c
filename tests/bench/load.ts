// The public load generator: wrk where it is installed, else autocannon from the lockfile.
import { inRoot, packageJson } from "../../scripts/root.mjs"
import type { Place } from "./columns.ts"

export type Load = { answers: number; seconds: number }
export type Generator = {
  name: string
  run: (place: Place, path: string, seconds: number) => Promise<Load>
}

export const connections = 64

export function chooseGenerator(): Generator {
  const program = Bun.which("wrk")
  return program ? { name: versionOfWrk(program), run: (...args) => runWrk(program, ...args) } : autocannon
}

async function runWrk(program: string, place: Place, path: string, seconds: number): Promise<Load> {
  const headers = Object.entries(place.headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`])
  const settings = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "30s"]
  const text = await outputOf([program, ...settings, ...headers, urlOf(place, path)])
  const [, answers, took] = /(\d+) requests in ([\d.]+)s/.exec(text) ?? []
  const faults = /Socket errors: .*|Non-2xx.*/.exec(text)
  if (faults || answers === undefined) throw new Error(`wrk: ${faults?.[0] ?? text}`)
  return { answers: Number(answers), seconds: Number(took) }
}

const autocannon: Generator = {
  name: `autocannon ${packageJson().devDependencies.autocannon}`,
  run: async (place, path, seconds) => {
    const headers = Object.entries(place.headers).flatMap(([name, value]) => ["-H", `${name}=${value}`])
    const settings = ["-j", "-n", "-c", String(connections), "-d", String(seconds), "-t", "30"]
    const program = inRoot("node_modules/autocannon/autocannon.js")
    const text = await outputOf([process.execPath, program, ...settings, ...headers, urlOf(place, path)])
    const result = JSON.parse(text) as { "2xx": number; non2xx: number; errors: number; duration: number }
    if (result.non2xx + result.errors > 0)
      throw new Error(`autocannon: ${result.non2xx + result.errors} failed`)
    return { answers: result["2xx"], seconds: result.duration }
  },
}

async function outputOf(command: string[]): Promise<string> {
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "ignore" })
  return new Response(child.stdout).text()
}

function urlOf(place: Place, path: string): string {
  return `http://127.0.0.1:${place.port}${place.path(path)}`
}

/** It prints its version with its usage and fails. */
function versionOfWrk(program: string): string {
  const text = Bun.spawnSync([program, "--version"]).stdout.toString()
  return /^wrk \S+/.exec(text)?.[0] ?? "wrk"
}
