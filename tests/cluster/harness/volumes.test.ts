import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { sharedCluster } from "./shared-cluster.ts"
import { directoryStorageClass, provideVolumes } from "./volumes.ts"

const { api, makeNamespace } = sharedCluster()

test("claims that stay when a node goes do not keep the next one from providing volumes", async () => {
  const directory = mkdtempSync(join(tmpdir(), "sandbar-volumes-"))
  const claims = `/api/v1/namespaces/${await makeNamespace()}/persistentvolumeclaims`
  const bound = async (name: string) => {
    await api.create(claims, {
      metadata: { name },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
        storageClassName: directoryStorageClass,
      },
    })
    await api.until(`${claims}/${name}`, ({ status }) => status?.phase === "Bound", 10_000)
  }
  let stop = await provideVolumes(api, directory)
  try {
    await bound("a")
    await stop()
    stop = await provideVolumes(api, directory)
    await expect(bound("b")).resolves.toBeUndefined()
  } finally {
    await stop()
    rmSync(directory, { recursive: true, force: true })
  }
})
