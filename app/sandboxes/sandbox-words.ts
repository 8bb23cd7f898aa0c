// How a person reads a sandbox: its state, what it is made of, and when it will go to sleep.
import type { Sandbox, SandboxState } from "../../shared/sandboxes.ts"
import type { OfferedTemplate } from "../../shared/templates.ts"
import type { DotKind } from "../ui/dot.tsx"

const words = {
  starting: "Starting",
  ready: "Running",
  stopping: "Going to sleep",
  stopped: "Asleep",
  failed: "Failed",
  deleting: "Being deleted",
} as const satisfies Record<SandboxState, string>

export function stateWords(state: SandboxState): string {
  return words[state]
}

const dots = {
  starting: "checking",
  ready: "ok",
  stopping: "asleep",
  stopped: "asleep",
  failed: "failed",
  deleting: "asleep",
} as const satisfies Record<SandboxState, DotKind>

export function stateDot(state: SandboxState): DotKind {
  return dots[state]
}

/** Where its files come from: `owner/repository · branch`, a directory, or nothing. */
export function sourceWords(
  source: Pick<Sandbox, "repository" | "branch"> & { directory?: string | null },
): string | undefined {
  if (source.directory) return source.directory
  if (!source.repository) return undefined
  const place = source.repository.replace(/^https?:\/\//, "").replace(/\.git$/, "")
  const short = place.split("/").slice(1).join("/") || place
  return source.branch ? `${short} · ${source.branch}` : short
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** `12 min`, `3 h`, `2 days`; never less than a minute. */
export function roughTime(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / minuteMs))
  if (minutes < 90) return `${minutes} min`
  const hours = Math.round(ms / hourMs)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}

/** `8 s`, `1 min 5 s`: how long a step took or takes. */
export function exactTime(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** When it goes to sleep, if it does. Past its time, something in it still works. */
export function sleepWords(sandbox: Sandbox, now: number): string | undefined {
  if (sandbox.state !== "ready") return undefined
  const keptAwake = msUntil(sandbox.keepAwakeUntil, now)
  if (keptAwake !== undefined && keptAwake > 0) return `awake for ${roughTime(keptAwake)}`
  const idle = msUntil(sandbox.idleAt, now)
  if (idle === undefined) return undefined
  return idle > 0 ? `sleeps in ${roughTime(idle)}` : "sleeps once nothing works in it"
}

/** Milliseconds until then; below 0 when it is over, undefined when it never comes. */
export function msUntil(time: string | null, now: number): number | undefined {
  return time === null ? undefined : Date.parse(time) - now
}

/** `active 3 min ago` */
export function activityWords(sandbox: Sandbox, now: number): string {
  const ago = now - Date.parse(sandbox.lastActivityAt)
  if (ago >= minuteMs) return `active ${roughTime(ago)} ago`
  // What sleeps does nothing now, however soon after its work it was stopped.
  return sandbox.state === "ready" ? "active now" : "active a moment ago"
}

/** `2 CPUs · 4 GiB memory · 10 GiB storage`; undefined where nothing is limited. */
export function resourceWords(template: OfferedTemplate): string | undefined {
  const { cpu, memory, storage } = template
  const parts = [cpu, memory && `${memory} memory`, storage && `${storage} storage`].filter(Boolean)
  return parts.length > 0 ? parts.join(" · ") : undefined
}

export function idleWords(template: OfferedTemplate): string {
  const { idleAfterSeconds: idle, maximumLifeSeconds: life } = template
  // Here it is a setting, not a countdown: seconds stay seconds.
  const after = idle === null ? "" : idle < 60 ? exactTime(idle * 1_000) : roughTime(idle * 1_000)
  const sleeps = idle === null ? "Never sleeps by itself" : `Sleeps after ${after} without work`
  return life === null ? sleeps : `${sleeps}, stops after ${roughTime(life * 1_000)} at the latest`
}

/** `0.5 CPUs · 412 MiB of 4.0 GiB`; undefined while nobody measures. */
export function usageWords({ usage }: Sandbox): string | undefined {
  if (!usage) return undefined
  const memory = byteWords(usage.memoryBytes)
  const limit = usage.memoryLimitBytes === undefined ? "" : ` of ${byteWords(usage.memoryLimitBytes)}`
  return `${usage.cpu.toFixed(usage.cpu < 10 ? 1 : 0)} CPUs · ${memory}${limit}`
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const

export function byteWords(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit++
  }
  return `${unit > 2 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`
}
