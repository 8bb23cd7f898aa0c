// Vitest's global setup of the cluster suite: one cluster for the whole run.
import type { TestProject } from "vitest/node"
import { isBuilt } from "../../../scripts/cluster-programs.mjs"
import { openCluster } from "./cluster.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly clusterDirectory: string
  }
}

export default async function startSharedCluster(project: TestProject): Promise<() => Promise<void>> {
  if (!isBuilt("control-plane"))
    throw new Error("The cluster's programs are not built; `npm run test:cluster` builds them once.")
  const cluster = await openCluster()
  project.provide("clusterDirectory", cluster.directory)
  return cluster.stop
}
