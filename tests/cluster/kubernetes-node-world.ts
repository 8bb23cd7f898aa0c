// What the tests on a real node share: a namespace with drivers for it, and the server in a pod, asked as the proxy asks it.
import { expect } from "vitest"
import type { Driver } from "../../proxy/sandboxes/driver.ts"
import type { KubernetesPart, Template } from "../../proxy/sandboxes/templates/template.ts"
import type { Cluster } from "./harness/cluster.ts"
import { sandboxImage } from "./harness/image.ts"
import type { RealNode } from "./harness/node.ts"
import { coreIn, openDriver, restricted, shippedAccount, templateIn } from "./kubernetes-world.ts"

export interface NodeWorld {
  readonly cluster: Cluster
  readonly namespace: string
  readonly template: Template
  readonly driver: Driver
}

export interface TemplateChange {
  readonly kubernetes?: Partial<KubernetesPart>
  readonly resources?: Partial<Template["resources"]>
}

/** A pod is placed, its image unpacked, OpenCode started; on a machine that may be busy. */
export const slow = 90_000

export async function openNodeWorld(
  cluster: Cluster,
  node: RealNode,
  { kubernetes = {}, resources = {} }: TemplateChange = {},
): Promise<NodeWorld> {
  const namespace = await cluster.makeNamespace(restricted)
  const plain = templateIn(namespace, {
    image: sandboxImage,
    imagePullPolicy: "Never",
    nodeSelector: node.nodeSelector,
    storageClass: node.storageClass,
    ...kubernetes,
  })
  const memory = { request: "128Mi", limit: "1Gi" }
  // This node does not say how much disk it has.
  const ephemeralStorage = { request: "0", limit: "2Gi" }
  const template = { ...plain, resources: { ...plain.resources, memory, ephemeralStorage, ...resources } }
  const driver = openDriver({ kubeconfig: await shippedAccount(cluster, namespace) }, [template])
  await driver.ready
  return { cluster, namespace, template, driver }
}

/** No cluster DNS runs here, so a Service is asked by its address. */
export async function ask(
  { cluster, driver, namespace }: NodeWorld,
  id: string,
  path: string,
  method = "GET",
): Promise<Response> {
  const endpoint = driver.endpoint(id)
  if (!endpoint) throw new Error("nothing listens there")
  expect(endpoint.origin).toBe(`http://${id}.${namespace}.svc.cluster.local:4096`)
  const service = await cluster.api.get<{ spec: { clusterIP: string } }>(
    `${coreIn(namespace, "services")}/${id}`,
  )
  return await fetch(`http://${service.spec.clusterIP}:4096${path}`, {
    method,
    headers: { authorization: endpoint.authorization, "content-type": "application/json" },
    ...(method === "POST" ? { body: "{}" } : {}),
    signal: AbortSignal.timeout(10_000),
  })
}

export const healthOf = (place: NodeWorld, id: string): Promise<unknown> =>
  ask(place, id, "/global/health").then(
    (answer) => answer.json() as Promise<unknown>,
    () => "no answer",
  )

/** A session of OpenCode, by its id: what a person would miss. */
export async function makeSession(place: NodeWorld, id: string): Promise<string> {
  const session = (await (await ask(place, id, "/session", "POST")).json()) as { id: string }
  expect(session.id).toMatch(/^ses_/)
  return session.id
}

export async function expectSession(place: NodeWorld, id: string, session: string): Promise<void> {
  const kept = await ask(place, id, `/session/${session}`)
  expect(await kept.json()).toMatchObject({ id: session })
}
