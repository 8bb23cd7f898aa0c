// A Kubernetes of our own on 127.0.0.1: a real API server, controllers and scheduler, and a node that kwok plays.
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Api, adminApi, type KubeObject, Refusal, readEnv, tokenApi } from "./api.ts"
import { runScript, startKeeper } from "./keeper.ts"
import { serviceAccountKubeconfig, serviceAccountToken } from "./service-account.ts"

type Component = "etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "kwok"

export interface Cluster {
  /** Logs of every component (`kube-apiserver.log`, …), keys, kubeconfigs. Gone after stop. */
  readonly directory: string
  /** Path of the administrator's kubeconfig: a client certificate, everything inlined. */
  readonly kubeconfig: string
  /** https://127.0.0.1:port */
  readonly server: string
  /** http://127.0.0.1:port, without any authentication: for compactions. */
  readonly etcd: string
  /** The API, as administrator. */
  readonly api: Api
  /** Ends a component, or starts it again on the same port; an outage lasts as long as the test wants. */
  restart(component: Component, what?: "restart" | "stop" | "start"): Promise<void>
  /** A namespace with a name of its own, ready for pods. `labels` may ask for Pod Security. */
  makeNamespace(labels?: Readonly<Record<string, string>>): Promise<string>
  /** Path of a kubeconfig with this account's token (at least 10 minutes); the account is made when it is missing. */
  serviceAccountKubeconfig(namespace: string, name: string, seconds?: number): Promise<string>
  /** The API, as this account; it is made when it is missing. */
  serviceAccountApi(namespace: string, name: string): Promise<Api>
  /** One more kwok node; pods need no toleration unless `taints` ask for one. */
  addNode(
    name: string,
    spec?: { readonly labels?: object; readonly taints?: readonly object[] },
  ): Promise<void>
}

export interface OwnCluster extends Cluster {
  stop(): Promise<void>
}

export interface ClusterOptions {
  /** Further flags of the API server, such as `--watch-cache-sizes=secrets#0`. */
  readonly apiServerFlags?: readonly string[]
  /** Further flags of the controller manager, such as `--node-monitor-grace-period=20s`. */
  readonly controllerManagerFlags?: readonly string[]
  /** kwok's stages as YAML, in place of the ordinary ones that make every pod Ready at once. */
  readonly stages?: string
}

/** A cluster that belongs to the caller, who has to stop it. 4 s and 500 MB: most tests share one. */
export async function openCluster(options: ClusterOptions = {}): Promise<OwnCluster> {
  const { apiServerFlags = [], controllerManagerFlags = [], stages } = options
  const directory = mkdtempSync(join(tmpdir(), "sandbar-cluster-"))
  const env: Record<string, string> = {
    KT_APISERVER_FLAGS: apiServerFlags.join(" "),
    KT_CONTROLLER_MANAGER_FLAGS: controllerManagerFlags.join(" "),
  }
  if (stages !== undefined) {
    env.KT_KWOK_CONFIG = join(directory, "stages.yaml")
    writeFileSync(env.KT_KWOK_CONFIG, stages)
  }
  const keeper = await startKeeper("keep-cluster.sh", [directory], env)
  return { ...clusterIn(directory), stop: keeper.stop }
}

/** A cluster that somebody else holds. */
export function clusterIn(directory: string): Cluster {
  const { KT_SERVER = "", KT_ETCD = "" } = readEnv(directory)
  const api = adminApi(directory)
  return {
    directory,
    kubeconfig: join(directory, "admin.kubeconfig"),
    server: KT_SERVER,
    etcd: KT_ETCD,
    api,
    restart: (component, what = "restart") =>
      runScript("restart.sh", [directory, component, ...(what === "restart" ? [] : [what])]),
    makeNamespace: (labels) => makeNamespace(api, labels),
    serviceAccountKubeconfig: (namespace, name, seconds) =>
      serviceAccountKubeconfig({ api, directory, server: KT_SERVER }, { namespace, name, seconds }),
    serviceAccountApi: async (namespace, name) =>
      tokenApi(directory, await serviceAccountToken(api, { namespace, name })),
    addNode: (name, spec) => addNode(api, name, spec),
  }
}

async function makeNamespace(api: Api, labels: Readonly<Record<string, string>> = {}): Promise<string> {
  const name = `test-${crypto.randomUUID().slice(0, 8)}`
  await api.create("/api/v1/namespaces", { metadata: { name, labels } })
  // Until it has this account every pod is refused.
  await api.until(`/api/v1/namespaces/${name}/serviceaccounts/default`, () => true)
  return name
}

async function addNode(
  api: Api,
  name: string,
  { labels = {}, taints = [] }: { readonly labels?: object; readonly taints?: readonly object[] } = {},
): Promise<void> {
  const known = { type: "kwok", "kubernetes.io/os": "linux", "kubernetes.io/hostname": name }
  await api.create("/api/v1/nodes", { metadata: { name, labels: { ...known, ...labels } }, spec: { taints } })
  await api.until(`/api/v1/nodes/${name}`, isReady)
}

/** Whether an object's status has the condition Ready: nodes and pods do. */
export function isReady(object: KubeObject): boolean {
  const conditions = (object.status?.conditions ?? []) as readonly { type: string; status: string }[]
  return conditions.some(({ type, status }) => type === "Ready" && status === "True")
}

/** Fulfilled with the refusal; fails when the API server did what it should have refused. */
export async function refusalOf(asked: Promise<unknown>): Promise<Refusal> {
  try {
    await asked
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error("The API server did it instead of refusing it.")
}
