// A real node on this machine: kubelet, containerd and kube-proxy. It takes root, and a machine has room for one.
import { join } from "node:path"
import { cannotRun, clusterDirectory, isBuilt } from "../../../scripts/cluster-programs.mjs"
import { type Cluster, type ClusterOptions, type OwnCluster, openCluster } from "./cluster.ts"
import { runScript, startKeeper } from "./keeper.ts"
import { directoryStorageClass, provideVolumes } from "./volumes.ts"

export interface RealNode {
  /** Its name in the cluster; pods are tied to it by `nodeSelector`. */
  readonly name: string
  readonly nodeSelector: Readonly<Record<string, string>>
  /** Claims of this class get a directory that every user id may write to. */
  readonly storageClass: string
  /** As a machine whose power fails: kubelet, containerd and all containers end, and nobody tells the cluster. */
  die(): Promise<void>
  /** The machine is on again, with what was on its disks. */
  comeBack(): Promise<void>
  stop(): Promise<void>
}

/**
 * A node with these images (archives, see `makeSandboxImage`), waiting while another test run has one. Where it cannot be had
 * the answer is undefined and the reason is printed, so call it before the tests are named and skip them by it:
 * `describe.skipIf(node === undefined)`. With SANDBAR_CLUSTER_NODE=required that is a failure instead.
 */
export async function openNode(
  cluster: Cluster,
  makeImages: () => Promise<readonly string[]> = async () => [],
): Promise<RealNode | undefined> {
  const why = whyNot()
  if (why !== undefined) return without(why)
  const images = await makeImages()
  // A container or a hardened machine may refuse mounts or network tables even to root.
  return startNode(cluster, images).catch((error: Error) => without(error.message))
}

/** The same in a cluster that belongs to the caller, who has to stop both. */
export async function openNodeInOwnCluster(
  options: ClusterOptions,
  makeImages: () => Promise<readonly string[]>,
): Promise<{ cluster: OwnCluster; node: RealNode } | undefined> {
  const why = whyNot()
  if (why !== undefined) return without(why)
  const cluster = await openCluster(options)
  const node = await openNode(cluster, makeImages)
  if (node) return { cluster, node }
  await cluster.stop()
}

function without(why: string): undefined {
  if (process.env.SANDBAR_CLUSTER_NODE === "required") throw new Error(`No real node: ${why}`)
  process.stderr.write(`NOT RUN: tests on a real node, because ${why}\n`)
}

async function startNode(cluster: Cluster, images: readonly string[]): Promise<RealNode> {
  const keeper = await startKeeper("keep-node.sh", [cluster.directory, ...images])
  const stopVolumes = await provideVolumes(cluster.api, join(cluster.directory, "volumes"))
  return {
    name: "127.0.0.1",
    nodeSelector: { "testbed/real": "true" },
    storageClass: directoryStorageClass,
    die: () => runScript("node-die.sh", [cluster.directory]),
    comeBack: () => runScript("node-return.sh", [cluster.directory]),
    stop: async () => {
      await stopVolumes()
      await keeper.stop()
      // Gone for good: the scheduler would wait for it.
      await cluster.api.remove("/api/v1/nodes/127.0.0.1")
    },
  }
}

function whyNot(): string | undefined {
  if (process.env.SANDBAR_CLUSTER_NODE === "off") return "SANDBAR_CLUSTER_NODE is off."
  const never = cannotRun("node")
  if (never !== undefined) return never
  return isBuilt("node") ? undefined : `its programs are not in ${clusterDirectory()}.`
}
