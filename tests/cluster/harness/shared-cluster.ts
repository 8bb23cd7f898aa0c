import { inject } from "vitest"
import { type Cluster, clusterIn } from "./cluster.ts"

/** The cluster of this test run. Tests take a namespace of their own in it, and leave it running. */
export const sharedCluster = (): Cluster => clusterIn(inject("clusterDirectory"))
