// What one scenario of the sandboxes' benchmark is, and what comes out of it.
import type { Cluster } from "../../cluster/harness/cluster.ts"

export type Finding = { label: string; unit: string; value: number; digits: number }
export type Goal = { says: string; shown: string; met: boolean }
export type Outcome = { findings: readonly Finding[]; goals: readonly Goal[] }

export type Run = {
  quick: boolean
  /** A scratch directory, removed at the end. */
  directory: string
  say: (text: string) => void
  /** Called at the end, whatever happens, the latest first. */
  onEnd: (stop: () => unknown) => void
}

export type Scenario = { name: string; says: string } & (
  | { needs: "nothing"; measure: (run: Run) => Promise<Outcome> }
  | { needs: "cluster"; measure: (run: Run, cluster: Cluster) => Promise<Outcome> }
)
