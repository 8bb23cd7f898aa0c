// What every other cluster test stands on: the API server, its refusals, a node that kwok plays.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { root } from "../../scripts/root.mjs"
import { startChild } from "../fakes/child.ts"
import { isReady, openCluster, refusalOf } from "./harness/cluster.ts"
import { sharedCluster } from "./harness/shared-cluster.ts"
import { statefulSet, strictPod } from "./harness/workloads.ts"

const cluster = sharedCluster()
const { api } = cluster

const restricted = { "pod-security.kubernetes.io/enforce": "restricted" }

describe("the cluster", () => {
  test("is Kubernetes 1.35", async () => {
    const version = await api.get<{ gitVersion: string }>("/version")
    expect(version.gitVersion).toMatch(/^v1\.35\.\d+$/)
  })

  test("has a node that is Ready, and takes another", async () => {
    await api.until("/api/v1/nodes/kwok-0", isReady)
    await cluster.addNode("kwok-tainted", { taints: [{ key: "for", value: "tests", effect: "NoSchedule" }] })
    await api.remove("/api/v1/nodes/kwok-tainted")
  })

  test("starts a pod for a StatefulSet that goes from 0 to 1, and ends it again", async () => {
    const namespace = await cluster.makeNamespace()
    const sets = `/apis/apps/v1/namespaces/${namespace}/statefulsets`
    const pod = `/api/v1/namespaces/${namespace}/pods/sb-0`
    await api.create(sets, statefulSet("sb", strictPod("localhost/any:1")))
    expect((await refusalOf(api.get(pod))).code).toBe(404)
    await api.merge(`${sets}/sb`, { spec: { replicas: 1 } })
    await api.until(`${sets}/sb`, ({ status }) => status?.readyReplicas === 1)
    await api.until(pod, isReady)
    await api.merge(`${sets}/sb`, { spec: { replicas: 0 } })
    await api.until(`${sets}/sb`, ({ status }) => status?.replicas === 0)
  })

  test("binds a claim to a volume", async () => {
    const namespace = await cluster.makeNamespace()
    const claims = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`
    const resources = { requests: { storage: "1Gi" } }
    await api.create(claims, {
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources, storageClassName: "kwok-volume" },
    })
    await api.until(`${claims}/data`, ({ status }) => status?.phase === "Bound")
  })
})

describe("the cluster refuses", () => {
  test("a privileged pod in a restricted namespace, also as a dry run", async () => {
    const namespace = await cluster.makeNamespace(restricted)
    const pods = `/api/v1/namespaces/${namespace}/pods`
    const strict = strictPod("localhost/any:1")
    const privileged = {
      ...strict,
      containers: strict.containers.map((container) => ({
        ...container,
        securityContext: { privileged: true },
      })),
    }
    for (const query of ["", "?dryRun=All"]) {
      const refusal = await refusalOf(
        api.create(pods + query, { metadata: { name: "bad" }, spec: privileged }),
      )
      expect(refusal.code).toBe(403)
      expect(refusal.message).toContain('violates PodSecurity "restricted')
    }
    await api.create(pods, { metadata: { name: "good" }, spec: strict })
    await api.until(`${pods}/good`, isReady)
  })

  test("what a quota does not leave room for", async () => {
    const namespace = await cluster.makeNamespace()
    await api.create(`/api/v1/namespaces/${namespace}/resourcequotas`, {
      metadata: { name: "small" },
      spec: { hard: { pods: "0" } },
    })
    const quota = `/api/v1/namespaces/${namespace}/resourcequotas/small`
    await api.until(quota, ({ status }) => status?.hard !== undefined)
    const pod = { metadata: { name: "one" }, spec: strictPod("localhost/any:1") }
    const refusal = await refusalOf(api.create(`/api/v1/namespaces/${namespace}/pods`, pod))
    expect(refusal.code).toBe(403)
    expect(refusal.message).toContain("exceeded quota: small")
  })

  test("a service account what no role allows it", async () => {
    const namespace = await cluster.makeNamespace()
    const guest = await cluster.serviceAccountApi(namespace, "guest")
    const pods = `/api/v1/namespaces/${namespace}/pods`
    expect((await refusalOf(guest.get(pods))).message).toContain(`system:serviceaccount:${namespace}:guest`)
    const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`
    await api.create(`${roles}/roles`, {
      metadata: { name: "reader" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }],
    })
    await api.create(`${roles}/rolebindings`, {
      metadata: { name: "reader" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
      subjects: [{ kind: "ServiceAccount", name: "guest", namespace }],
    })
    // The authorizer hears of a role a moment after it is made.
    await expect
      .poll(() => guest.get(pods).then(() => "allowed", String), { timeout: 10_000 })
      .toBe("allowed")
  })
})

describe("a cluster of one's own", () => {
  test("has the outage that a test asks for, and nothing is left of it when it stops", async () => {
    const own = await openCluster({ apiServerFlags: ["--watch-cache-sizes=secrets#0"] })
    const { directory } = own
    try {
      const namespace = await own.makeNamespace()
      await own.restart("kube-apiserver", "stop")
      await expect(own.api.get("/version")).rejects.toMatchObject({ code: "ECONNREFUSED" })
      await own.restart("kube-apiserver", "start")
      expect((await own.api.get(`/api/v1/namespaces/${namespace}`)).metadata?.name).toBe(namespace)
      await own.restart("etcd")
      expect((await own.api.get(`/api/v1/namespaces/${namespace}`)).metadata?.name).toBe(namespace)
    } finally {
      await own.stop()
    }
    expect(existsSync(directory)).toBe(false)
    await expect(fetch(own.etcd)).rejects.toThrow()
  })

  for (const { signal, moment } of [
    { signal: "SIGKILL", moment: "while it has one" },
    { signal: "SIGINT", moment: "while it has one" },
    { signal: "SIGKILL", moment: "while one starts" },
  ] as const) {
    test(`is taken down when its test run ends by ${signal} ${moment}`, async () => {
      const place = mkdtempSync(join(tmpdir(), "sandbar-killed-"))
      const program = join(import.meta.dirname, "programs", "hold-cluster.ts")
      const run = startChild(process.execPath, [program], {
        cwd: root,
        env: { ...process.env, TMPDIR: place },
      })
      try {
        if (moment === "while it has one") await run.until(/^ready$/m, 90_000)
        await expect.poll(() => processesOf(place), { timeout: 30_000 }).not.toEqual([])
        const started = processesOf(place)
        run.signal(signal)
        await expect.poll(() => readdirSync(place), { timeout: 60_000 }).toEqual([])
        expect(started.filter(isAlive)).toEqual([])
      } finally {
        await run.stop()
        // Nothing is left here unless the test failed.
        for (const pid of processesOf(place).filter(isAlive)) process.kill(pid, "SIGKILL")
        rmSync(place, { recursive: true, force: true })
      }
    })
  }
})

/** The ids that the one cluster in this directory has noted so far. */
function processesOf(place: string): readonly number[] {
  const files = readdirSync(place).map((name) => join(place, name, "pids"))
  const lines = files
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
  return lines.filter((line) => line !== "").map((line) => Number(line.split(" ")[1]))
}

const isAlive = (pid: number) => existsSync(`/proc/${pid}`)
