// Volumes for a real node: directories that anybody may write to, as a pod that is not root needs. kwok's own volumes
// are made by the kubelet and belong to root.
import { chmodSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { type Api, type KubeList, type KubeObject, Refusal } from "./api.ts"

/** Claims of this class get a volume. */
export const directoryStorageClass = "sandbar-directory"

const volumesPath = "/api/v1/persistentvolumes"

interface Claim extends KubeObject {
  readonly spec: {
    readonly storageClassName?: string
    readonly volumeName?: string
    readonly accessModes: readonly string[]
    readonly resources: { readonly requests: Readonly<Record<string, string>> }
  }
}

/** Provides volumes until it is told to stop: made for each claim, deleted with it. */
export async function provideVolumes(api: Api, directory: string): Promise<() => Promise<void>> {
  await api.create("/apis/storage.k8s.io/v1/storageclasses", {
    metadata: { name: directoryStorageClass },
    provisioner: "sandbar.test/directory",
    reclaimPolicy: "Retain",
  })
  const made = new Set<string>()
  let stopped = false
  const work = (async () => {
    while (!stopped) {
      // The API server may be down because a test wants it so.
      await provideOnce(api, directory, made).catch(() => undefined)
      await sleep(200)
    }
  })()
  return async () => {
    stopped = true
    await work
    await api.remove(`/apis/storage.k8s.io/v1/storageclasses/${directoryStorageClass}`)
  }
}

async function provideOnce(api: Api, directory: string, made: Set<string>): Promise<void> {
  const claims = await api.get<KubeList<Claim>>("/api/v1/persistentvolumeclaims")
  for (const claim of claims.items) {
    const name = `directory-${claim.metadata?.uid}`
    if (claim.spec.storageClassName !== directoryStorageClass || made.has(name)) continue
    await makeVolume(api, join(directory, name), name, claim)
    made.add(name)
  }
  const volumes = await api.get<KubeList>(volumesPath)
  for (const { metadata, status } of volumes.items) {
    const name = metadata?.name ?? ""
    if (!made.has(name) || status?.phase !== "Released") continue
    await api.remove(`${volumesPath}/${name}`)
    rmSync(join(directory, name), { recursive: true, force: true })
  }
}

async function makeVolume(api: Api, path: string, name: string, claim: Claim): Promise<void> {
  mkdirSync(path, { recursive: true })
  chmodSync(path, 0o777)
  const { namespace, name: claimName, uid } = claim.metadata ?? {}
  const spec = {
    storageClassName: directoryStorageClass,
    accessModes: claim.spec.accessModes,
    capacity: { storage: claim.spec.resources.requests.storage },
    persistentVolumeReclaimPolicy: "Retain",
    claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claimName, uid },
    hostPath: { path, type: "Directory" },
  }
  await api.create(volumesPath, { metadata: { name }, spec }).catch((error: unknown) => {
    // Whoever had a node before us in this cluster made it, and left the claim.
    if (!(error instanceof Refusal) || error.reason !== "AlreadyExists") throw error
  })
}
