// The sandboxes that stand in the cluster now, past every cache. Only what is sealed counts: labels may be changed by
// whoever may write to the namespace, and a sandbox must not vanish from its owner's quota by that.
import type { SandboxRecord } from "../driver.ts"
import type { ClusterApi } from "./cluster-api.ts"
import { managedSelector } from "./names.ts"
import { recordOf } from "./stored-record.ts"

type Options = {
  api: Pick<ClusterApi, "list">
  key: Uint8Array
  /** An empty name: all of them. */
  namespaces: readonly string[]
  /** Volumes stand for data that is kept, too. */
  kinds?: readonly ("statefulsets" | "persistentvolumeclaims")[]
}

/** Without what is being deleted. */
export async function listRecords(options: Options): Promise<readonly SandboxRecord[]> {
  const { api, key, namespaces, kinds = ["statefulsets"] } = options
  const pages = await Promise.all(
    namespaces.flatMap((namespace) => kinds.map((kind) => api.list(kind, namespace, managedSelector))),
  )
  const found = pages.flat().filter(({ metadata }) => !metadata?.deletionTimestamp)
  const records = found.flatMap((object) => recordOf(object, key) ?? [])
  // Seen once, also where its namespace is asked for by itself and with all others.
  return [...new Map(records.map((record) => [record.id, record])).values()]
}
