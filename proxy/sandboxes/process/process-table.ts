// What the system tells about processes: whether one is still the one that we started, what a tree of them uses, and
// who carries a mark. All of it needs a /proc, except the start time, which `ps` knows as well.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { signalGroup } from "./process-group.ts"
import { markVariable } from "./watchdog.ts"

const hasProc = existsSync("/proc/self/stat")
/** USER_HZ, which Linux fixes at 100 for everything that it shows in /proc. */
const ticksPerSecond = 100
/** Start times count from the boot. */
const bootId = readText("/proc/sys/kernel/random/boot_id").trim()

export type ProcessRow = {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly started: string
  readonly cpuSeconds: number
}

/** Tells two processes of one pid apart; undefined when there is none, or only a zombie. */
export function startOf(pid: number): string | undefined {
  if (hasProc) return readRow(pid)?.started
  const { stdout } = Bun.spawnSync(["ps", "-o", "lstart=", "-p", String(pid)], { stderr: "ignore" })
  return stdout.toString().trim() || undefined
}

/** The same question asked often, so without a program where there is no /proc: there a reused pid is not noticed. */
export function isStill(pid: number, started: string): boolean {
  if (hasProc) return startOf(pid) === started
  try {
    return process.kill(pid, 0)
  } catch {
    // ESRCH: it has ended.
    return false
  }
}

/** Without a /proc nobody can tell, and it is taken for true. */
export function isOfThisBoot(started: string): boolean {
  return !hasProc || started.startsWith(`${bootId}:`)
}

/** Empty without a /proc. */
export function readProcesses(): ProcessRow[] {
  return allPids().flatMap((pid) => readRow(pid) ?? [])
}

/** Whether anyone but zombies is left in the group. */
export function isGroupAlive(group: number): boolean {
  if (hasProc) return readProcesses().some((row) => row.group === group)
  return signalGroup(group, 0)
}

/** A process, all that descend from it, and all in its group. */
export function treeOf(pid: number, rows: readonly ProcessRow[]): ProcessRow[] {
  const members = new Set(rows.filter((row) => row.pid === pid || row.group === pid).map((row) => row.pid))
  for (let before = -1; before !== members.size; ) {
    before = members.size
    for (const row of rows) if (members.has(row.parent)) members.add(row.pid)
  }
  return rows.filter((row) => members.has(row.pid))
}

export function residentBytes(rows: readonly ProcessRow[]): number {
  const kibibytes = rows.map(({ pid }) => /^VmRSS:\s*(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1])
  return kibibytes.reduce((sum, each) => sum + Number(each ?? 0), 0) * 1_024
}

/** Tools start sessions of their own and outlive their parents; the mark in their environment stays. */
export function pidsWithMark(mark: string): number[] {
  const wanted = `${markVariable}=${mark}`
  return allPids().filter((pid) => readText(`/proc/${pid}/environ`).split("\0").includes(wanted))
}

function allPids(): number[] {
  if (!hasProc) return []
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
}

function readRow(pid: number): ProcessRow | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  // The program's name stands in brackets and may hold anything, brackets and spaces too. See proc_pid_stat(5).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  const at = (index: number) => Number(fields[index])
  if (fields.length < 22 || fields[0] === "Z" || fields[0] === "X") return undefined
  return {
    pid,
    parent: at(1),
    group: at(2),
    started: `${bootId}:${fields[19]}`,
    cpuSeconds: (at(11) + at(12)) / ticksPerSecond,
  }
}

/** Empty for what is gone or not ours to read. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}
