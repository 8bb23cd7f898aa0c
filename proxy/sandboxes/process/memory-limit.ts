// How a sandbox's memory is limited here: by a scope of the person's systemd, by a cgroup that we may write to, or not.
import { constants } from "node:fs"
import { access, mkdir, readFile, rmdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { Environment } from "../../config.ts"

export type MemoryLimit = {
  /** Ends the sentence that says what isolates a sandbox. */
  readonly sentence: string
  readonly enforced: boolean
  /** The command that runs `command` within the limit, with the same pid. */
  wrap: (command: readonly string[], id: string, bytes: number) => readonly string[]
  /** Before `wrap`ped command begins: puts the process, which waits, within the limit. */
  confine: (pid: number, id: string, bytes: number) => Promise<void>
  /** Whether the kernel ended something of it for want of memory. */
  ranOut: (id: string) => Promise<boolean>
  /** Forgets what `ranOut` knows, when nothing of it runs any more. */
  clear: (id: string) => Promise<void>
}

export const noMemoryLimit: MemoryLimit = {
  sentence: "the memory limit is not enforced here",
  enforced: false,
  wrap: (command) => command,
  confine: async () => undefined,
  ranOut: async () => false,
  clear: async () => undefined,
}

const enforcedSentence = "memory is limited as the template says"

export type FindOptions = { env: Environment; cgroups?: string; ownCgroups?: string }

export async function findMemoryLimit(options: FindOptions): Promise<MemoryLimit> {
  return (await systemdLimit(options.env)) ?? (await cgroupLimit(options)) ?? noMemoryLimit
}

async function systemdLimit(env: Environment): Promise<MemoryLimit | undefined> {
  const run = async (command: string[]) => {
    const child = Bun.spawn(command, {
      env,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
      timeout: 5_000,
    })
    const said = await new Response(child.stdout).text()
    return { ok: (await child.exited) === 0, said: said.trim() }
  }
  const has = (program: string) => Bun.which(program, { PATH: env.PATH ?? "" }) !== null
  if (!has("systemd-run") || !has("systemctl")) return undefined
  const asScope = ["systemd-run", "--user", "--scope", "--quiet"]
  if (!(await run([...asScope, "true"])).ok) return undefined
  const unit = (id: string) => `sandbar-${id}.scope`
  return {
    sentence: enforcedSentence,
    enforced: true,
    wrap: (command, id, bytes) => {
      const limits = ["-p", `MemoryMax=${bytes}`, "-p", "MemorySwapMax=0"]
      return [...asScope, `--unit=${unit(id)}`, ...limits, "--", ...command]
    },
    confine: async () => undefined,
    ranOut: async (id) => {
      const { said } = await run(["systemctl", "--user", "show", "--property=Result", "--value", unit(id)])
      return said === "oom-kill"
    },
    // A scope that failed keeps its name until it is told to forget.
    clear: async (id) => void (await run(["systemctl", "--user", "reset-failed", unit(id)])),
  }
}

type Hierarchy = { base: string; limit: string; events: string }

async function cgroupLimit(options: FindOptions): Promise<MemoryLimit | undefined> {
  const hierarchy = await findHierarchy(options)
  if (!hierarchy) return undefined
  const place = (id: string) => join(hierarchy.base, `sandbar-${id}`)
  return {
    sentence: enforcedSentence,
    enforced: true,
    wrap: (command) => command,
    confine: async (pid, id, bytes) => {
      await mkdir(place(id), { recursive: true })
      await writeFile(join(place(id), hierarchy.limit), String(bytes))
      await writeFile(join(place(id), "cgroup.procs"), String(pid))
    },
    ranOut: async (id) => {
      const events = await readFile(join(place(id), hierarchy.events), "utf8").catch(() => "")
      return Number(/^oom_kill (\d+)/m.exec(events)?.[1] ?? 0) > 0
    },
    clear: (id) => removeGroup(place(id)),
  }
}

/** What was killed is counted there until its parent has taken notice; a group that stays would tell of it later. */
async function removeGroup(path: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    try {
      await rmdir(path)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") return
      await Bun.sleep(50)
    }
  }
}

/** See cgroups(7): version 2 first, then the memory hierarchy of version 1. */
async function findHierarchy({ cgroups = "/sys/fs/cgroup", ownCgroups = "/proc/self/cgroup" }: FindOptions) {
  const own = await readFile(ownCgroups, "utf8").catch(() => "")
  const two = /^0::(\/.*)$/m.exec(own)?.[1]
  const one = /^\d+:(?:[\w=]+,)*memory(?:,[\w=]+)*:(\/.*)$/m.exec(own)?.[1]
  const candidates: Hierarchy[] = []
  if (two) {
    const files = { limit: "memory.max", events: "memory.events" }
    const here = join(cgroups, two)
    // A group with processes of its own cannot limit groups below it, so beside us is the usual place.
    candidates.push({ base: here, ...files }, { base: dirname(here), ...files })
  }
  if (one) {
    const files = { limit: "memory.limit_in_bytes", events: "memory.oom_control" }
    candidates.push({ base: join(cgroups, "memory", one), ...files })
  }
  for (const candidate of candidates) if (await canUse(candidate)) return candidate
  return undefined
}

async function canUse({ base, limit }: Hierarchy): Promise<boolean> {
  const trial = join(base, `sandbar-trial-${process.pid}`)
  try {
    await access(join(base, "cgroup.procs"), constants.W_OK)
    await mkdir(trial)
  } catch {
    return false
  }
  try {
    await access(join(trial, limit), constants.W_OK)
    return true
  } catch {
    return false
  } finally {
    await rmdir(trial)
  }
}
