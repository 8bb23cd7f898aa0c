// Whether a namespace that is named after a person is that person's. Two identities may have one name there (`a.b@c.d`
// and `a-b@c-d`), and a namespace holds secrets: the git credentials and the keys of models.
import { Problem } from "../../../shared/problems.ts"
import type { SandboxRecord } from "../driver.ts"
import { isStatus } from "./api-error.ts"
import type { ClusterApi } from "./cluster-api.ts"
import { listRecords } from "./list-records.ts"

type Deps = { api: Pick<ClusterApi, "list" | "readNamespace">; key: Uint8Array }
type Person = Pick<SandboxRecord, "owner" | "ownerName">

/** Written by Kubeflow's profile controller, or by an operator. */
const ownerAnnotation = "owner"

/** Of these no two have one name: the first hyphen in it was an @, every other one a dot. */
const reversible = /^[a-z0-9]+(?:@[a-z0-9]+(?:\.[a-z0-9]+)*)?$/

/** Throws a Problem where the namespace may be somebody else's. */
export async function refuseForeignNamespace(deps: Deps, namespace: string, person: Person): Promise<void> {
  const found = await readIfAllowed(deps, namespace)
  const owner = found?.metadata?.annotations?.[ownerAnnotation]
  if (owner === person.ownerName) return
  if (owner !== undefined || (await isUsedByOthers(deps, namespace, person)))
    throw new Problem("sandbox.refused", `The namespace ${namespace} belongs to somebody else.`)
  if (reversible.test(person.ownerName ?? "")) return
  throw new Problem(
    "sandbox.refused",
    `Whether the namespace ${namespace} is yours cannot be seen: other names than ${person.ownerName} lead there too. ` +
      `An operator has to give Sandbar the right to get it, and to write the name into its annotation "${ownerAnnotation}".`,
  )
}

async function readIfAllowed({ api }: Deps, namespace: string) {
  try {
    return await api.readNamespace(namespace)
  } catch (error) {
    if (isStatus(error, 403)) return undefined
    throw error
  }
}

async function isUsedByOthers({ api, key }: Deps, namespace: string, { owner }: Person): Promise<boolean> {
  const kinds = ["statefulsets", "persistentvolumeclaims"] as const
  const records = await listRecords({ api, key, namespaces: [namespace], kinds })
  return records.some((record) => record.owner !== owner)
}
