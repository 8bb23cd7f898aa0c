// What a process and everything that it started costs, read from /proc: Linux only.
import { readdirSync, readFileSync } from "node:fs"

/** The kernel's unit for CPU times in /proc; a hundredth of a second on every Linux that Bun runs on. */
const ticksPerSecond = 100

/** User and system time of all threads, in seconds. */
export function cpuSeconds(root: number): number {
  return sum(tree(root), (pid) => {
    // The second field is the program's name in parentheses and may itself hold spaces.
    const fields = (read(pid, "stat").split(") ").at(-1) ?? "").split(" ")
    return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond
  })
}

export function residentKb(root: number): number {
  return sum(tree(root), (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(read(pid, "status"))?.[1] ?? 0))
}

export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

function tree(pid: number): number[] {
  const children = read(pid, `task/${pid}/children`).split(" ").filter(Boolean)
  return [pid, ...children.flatMap((child) => tree(Number(child)))]
}

function read(pid: number, file: string): string {
  return readFileSync(`/proc/${pid}/${file}`, "utf8")
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0)
}
