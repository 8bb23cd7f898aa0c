// A metrics API behind a real API server: an APIService that leads to a small server of ours, which says of every pod
// that it uses the same. The API server asks whoever comes for rights before anything gets here.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Cluster } from "./cluster.ts"

export interface MetricsServer {
  /** What came in: by whom and where, with its query. Discovery, which the API server does by itself, is left out. */
  readonly asked: readonly { readonly user: string; readonly path: string }[]
  /** What every container uses. */
  readonly usage: { readonly cpu: string; readonly memory: string }
  /** Nobody listens any more; the cluster still promises that somebody does. */
  endServer(): Promise<void>
  /** The cluster promises nothing any more. */
  unregister(): Promise<void>
}

const group = "metrics.k8s.io"
const root = `/apis/${group}/v1beta1`
const registry = "/apis/apiregistration.k8s.io/v1/apiservices"
const services = "/api/v1/namespaces/kube-system/services"

export async function startMetricsServer({ api, directory }: Cluster): Promise<MetricsServer> {
  const usage = { cpu: "412345678n", memory: "123456Ki" }
  const asked: { user: string; path: string }[] = []
  const pem = (name: string) => readFileSync(join(directory, "pki", name), "utf8")

  async function podMetrics({ pathname, search }: URL): Promise<Response> {
    const found = await api.get<{ items: PodObject[] }>(pathname.replace(root, "/api/v1") + search)
    const items = found.items.map(({ metadata, spec }) => ({
      metadata,
      timestamp: new Date().toISOString(),
      window: "15s",
      containers: spec.containers.map(({ name }) => ({ name, usage })),
    }))
    return Response.json({ kind: "PodMetricsList", apiVersion: `${group}/v1beta1`, metadata: {}, items })
  }

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    // Only the API server may say on whose behalf it asks.
    tls: {
      cert: pem("kwok-server.crt"),
      key: pem("kwok-server.key"),
      ca: pem("front-proxy-ca.crt"),
      requestCert: true,
      rejectUnauthorized: true,
    },
    fetch: async (request) => {
      const url = new URL(request.url)
      if (url.pathname === root) return Response.json(discovery)
      if (!url.pathname.endsWith("/pods")) return new Response("404 page not found", { status: 404 })
      asked.push({ user: request.headers.get("x-remote-user") ?? "", path: url.pathname + url.search })
      return await podMetrics(url)
    },
  })

  // Followed by name, so that nobody has to play kube-proxy.
  await api.create(services, {
    metadata: { name: "metrics" },
    spec: { type: "ExternalName", externalName: "localhost" },
  })
  await api.create(registry, {
    metadata: { name: `v1beta1.${group}` },
    spec: {
      group,
      version: "v1beta1",
      service: { namespace: "kube-system", name: "metrics", port: server.port },
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
    },
  })
  await api.until(`${registry}/v1beta1.${group}`, isAvailable)

  let isRegistered = true
  return {
    asked,
    usage,
    endServer: () => server.stop(true),
    unregister: async () => {
      if (!isRegistered) return
      isRegistered = false
      await api.remove(`${registry}/v1beta1.${group}`)
      await api.remove(`${services}/metrics`)
    },
  }
}

interface PodObject {
  readonly metadata: object
  readonly spec: { readonly containers: readonly { readonly name: string }[] }
}

const discovery = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: `${group}/v1beta1`,
  resources: [
    { name: "pods", singularName: "", namespaced: true, kind: "PodMetrics", verbs: ["get", "list"] },
  ],
}

function isAvailable({ status }: { status?: Readonly<Record<string, unknown>> }): boolean {
  const conditions = (status?.conditions ?? []) as readonly { type: string; status: string }[]
  return conditions.some((each) => each.type === "Available" && each.status === "True")
}
