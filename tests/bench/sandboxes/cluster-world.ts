// What the scenarios on Kubernetes share: a namespace with the role that Sandbar ships, one server that stands in for
// all pods, and proxies over both.
import type { Cluster } from "../../cluster/harness/cluster.ts"
import { restricted, shippedAccount } from "../../cluster/kubernetes-world.ts"
import type { Client } from "./client.ts"
import type { Run } from "./outcome.ts"
import { type Program, startProgram } from "./start-program.ts"

export type Place = { namespace: string; kubeconfig: string }

/** What `templateIn` calls its template. */
export const templateId = "plain"

export async function makePlace(cluster: Cluster): Promise<Place> {
  const namespace = await cluster.makeNamespace(restricted)
  return { namespace, kubeconfig: await shippedAccount(cluster, namespace) }
}

export async function startClusterProxy(
  { namespace, kubeconfig }: Place,
  { directory, onEnd }: Run,
): Promise<Program> {
  const standIn = startStandIn()
  onEnd(() => standIn.stop(true))
  const args = [kubeconfig, namespace, `http://127.0.0.1:${standIn.port}`]
  const program = await startProgram("tests/bench/sandboxes/program.ts", args, directory, {
    PATH: process.env.PATH,
    HOME: directory,
  })
  onEnd(program.stop)
  return program
}

export function as(user: string, { url }: Pick<Program, "url">): Client {
  return { url, headers: { "x-user": user } }
}

/** Nothing is measured here but that OpenCode answers: it is not the one that is compared. */
function startStandIn() {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: ({ url }) =>
      Response.json(new URL(url).pathname === "/global/health" ? { healthy: true, version: "1.0.0" } : []),
  })
}
