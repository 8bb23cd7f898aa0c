// What the processes of one sandbox use, from two looks at the process table.
import type { Usage } from "../../../shared/sandboxes.ts"
import { type ProcessRow, residentBytes, treeOf } from "./process-table.ts"

export type UsageMeter = {
  /** `changed` is false when a person would see no difference. Without a process table nothing is known. */
  measure: (
    pid: number,
    rows: readonly ProcessRow[],
    limitBytes: number | undefined,
    enforced: boolean,
  ) => { usage: Usage | undefined; changed: boolean }
}

export function makeUsageMeter(now: () => number): UsageMeter {
  let before = { at: now(), cpu: new Map<string, number>() }
  let told: Usage | undefined
  return {
    measure: (pid, rows, limitBytes, enforced) => {
      const tree = treeOf(pid, rows)
      if (tree.length === 0) return { usage: undefined, changed: told !== undefined }
      const at = now()
      const cpu = new Map(tree.map((row) => [`${row.pid} ${row.started}`, row.cpuSeconds]))
      const spent = [...cpu].reduce((sum, [key, seconds]) => sum + seconds - (before.cpu.get(key) ?? 0), 0)
      const elapsed = (at - before.at) / 1_000
      // The first look has nothing to compare with: what was used until then would all count as now.
      const cores = before.cpu.size > 0 && elapsed > 0 ? Math.round((spent / elapsed) * 100) / 100 : 0
      before = { at, cpu }
      const usage: Usage = {
        cpu: cores,
        memoryBytes: residentBytes(tree),
        ...(enforced && limitBytes !== undefined && { memoryLimitBytes: limitBytes }),
      }
      const changed = !told || differs(told, usage)
      if (changed) told = usage
      return { usage, changed }
    },
  }
}

function differs(a: Usage, b: Usage): boolean {
  return Math.abs(a.cpu - b.cpu) >= 0.02 || Math.abs(a.memoryBytes - b.memoryBytes) >= 4 * 2 ** 20
}
