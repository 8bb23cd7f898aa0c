// What the tests of the Kubernetes driver share: a namespace of their own, a template for it, and drivers over it.
import { afterEach } from "vitest"
import { makeLog } from "../../proxy/log.ts"
import type { Driver, Observation, SandboxRecord } from "../../proxy/sandboxes/driver.ts"
import {
  type KubernetesDriverOptions,
  makeKubernetesDriver,
} from "../../proxy/sandboxes/kubernetes/kubernetes-driver.ts"
import { type Right, shippedRights } from "../../proxy/sandboxes/kubernetes/rights-table.ts"
import type { KubernetesPart, Template } from "../../proxy/sandboxes/templates/template.ts"
import { testTemplate } from "../fakes/test-template.ts"
import type { Api } from "./harness/api.ts"
import type { Cluster } from "./harness/cluster.ts"

export const restricted = { "pod-security.kubernetes.io/enforce": "restricted" }
export const sealingKey = new Uint8Array(32).fill(7)

export function templateIn(namespace: string, part: Partial<KubernetesPart> = {}): Template {
  return testTemplate({
    resources: {
      cpu: { request: "100m", limit: "1" },
      memory: { request: "128Mi", limit: "256Mi" },
      ephemeralStorage: { request: "1Gi", limit: "2Gi" },
      storage: "1Gi",
    },
    kubernetes: {
      image: "registry.invalid/sandbox:1",
      imagePullSecrets: [],
      namespace,
      nodeSelector: {},
      tolerations: [],
      allowWeaker: [],
      storageClass: "kwok-volume",
      ...part,
    },
  })
}

/** kwok's node says nothing about its disk, and a pod that asks for some finds no place. */
export async function giveNodeDisk({ api }: Cluster): Promise<void> {
  const disk = { "ephemeral-storage": "1Ti" }
  await api.merge("/api/v1/nodes/kwok-0/status", { status: { capacity: disk, allocatable: disk } })
}

export function openDriver(
  cluster: Pick<Cluster, "kubeconfig">,
  templates: readonly Template[],
  options: Partial<KubernetesDriverOptions> = {},
): Driver {
  return makeKubernetesDriver({
    key: sealingKey,
    log: makeLog({ format: "json", level: "silent" }),
    env: {},
    templates: () => templates,
    kubeconfig: cluster.kubeconfig,
    ...options,
  })
}

/** Opens drivers that are ready when they are given, and closes them after the test. */
export function driversForOneTest(): (...options: Parameters<typeof openDriver>) => Promise<Driver> {
  const open: Driver[] = []
  afterEach(async () => {
    for (const driver of open.splice(0)) await driver.close()
  })
  return async (...options) => {
    const driver = openDriver(...options)
    open.push(driver)
    await driver.ready
    return driver
  }
}

/** A kubeconfig of an account with the Role that Sandbar ships, in this namespace and nowhere else. */
export async function shippedAccount(
  cluster: Cluster,
  namespace: string,
  rights: readonly Right[] = shippedRights,
): Promise<string> {
  const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`
  await cluster.api.create(`${roles}/roles`, {
    metadata: { name: "sandbar" },
    rules: rights.map(({ apiGroup, resource, verbs }) => ({
      apiGroups: [apiGroup],
      resources: [resource],
      verbs: [...verbs],
    })),
  })
  await cluster.api.create(`${roles}/rolebindings`, {
    metadata: { name: "sandbar" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "sandbar" },
    subjects: [{ kind: "ServiceAccount", name: "sandbar", namespace }],
  })
  return await cluster.serviceAccountKubeconfig(namespace, "sandbar")
}

let made = 0

export function newRecord(change: Partial<SandboxRecord> = {}): SandboxRecord {
  made += 1
  const id = `sb-${(Date.now() * 1_000 + made).toString(16).padStart(14, "0").slice(-12)}`
  return {
    id,
    owner: "0123456789abcdef",
    ownerName: "ada@example.com",
    name: "One",
    slug: "one",
    repository: "https://git.example.com/ada/one",
    branch: null,
    directory: null,
    template: "test",
    createdAt: Date.now(),
    ...change,
  }
}

/** Fulfilled with what is seen once it is as it should be. */
export async function seenWhen(
  driver: Pick<Driver, "seen">,
  id: string,
  holds: (now: Observation | undefined) => boolean,
  ms = 20_000,
): Promise<Observation | undefined> {
  const deadline = Date.now() + ms
  for (;;) {
    const now = driver.seen.get(id)
    if (holds(now)) return now
    if (Date.now() > deadline) throw new Error(`not seen in time; last: ${JSON.stringify(now)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** What the driver rejects with: a Problem, or whatever else it was. */
export async function rejectionOf(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked.then(() => "it was done")
  } catch (error) {
    return error
  }
}

/** Fulfilled once the list at this path has no object of this name any more. */
export async function goneFrom(api: Api, path: string, name: string, ms = 30_000): Promise<void> {
  await api.until<{ items?: { metadata: { name: string } }[] }>(
    path,
    ({ items = [] }) => !items.some(({ metadata }) => metadata.name === name),
    ms,
  )
}

export const setsIn = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/statefulsets`
export const coreIn = (namespace: string, kind: string) => `/api/v1/namespaces/${namespace}/${kind}`

export const isUp = (now: Observation | undefined): boolean => now?.up === true
export const isStopped = (now: Observation | undefined): boolean => now?.wanted === "stopped" && !now.leaving
