import type { KubeObject } from "./api.ts"
import type { Cluster } from "./cluster.ts"
import { sandboxImage } from "./image.ts"
import type { RealNode } from "./node.ts"
import { strictPod } from "./workloads.ts"

/** Only with it the bridge gets the address that pods know this machine by. The node has to have the sandbox's image. */
export async function runFirstPod({ api }: Cluster, node: RealNode, namespace: string): Promise<void> {
  const pods = `/api/v1/namespaces/${namespace}/pods`
  const spec = strictPod(sandboxImage, { command: ["/bin/true"] })
  await api.create(pods, {
    metadata: { name: "first" },
    spec: { ...spec, nodeSelector: node.nodeSelector, restartPolicy: "Never" },
  })
  await api.until<KubeObject>(`${pods}/first`, ({ status }) => status?.phase === "Succeeded")
  await api.remove(`${pods}/first`)
}
