// What a story on a real node needs: the proxy as a process of this machine with the account that Sandbar ships, a git
// server and the scripted model behind doors for pods, a registry that has nothing, and a browser.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as v from "valibot"
import { type ScriptedModel, startModel, testScript } from "../../demo/model.ts"
import { proxyEnvironment } from "../../scripts/proxy-environment.mjs"
import { sandboxesPath } from "../../shared/paths.ts"
import { type SandboxList, SandboxListSchema } from "../../shared/sandboxes.ts"
import { openBrowser, type Visit } from "../e2e/harness/browser.ts"
import { type HeldGit, startHeldGit } from "../e2e/harness/held-git.ts"
import { root } from "../e2e/harness/sandbar.ts"
import { type Child, startChild } from "../fakes/child.ts"
import { scriptedTemplate } from "../fakes/scripted-template.ts"
import { makeTempHome } from "../fakes/temp-home.ts"
import { makeRepository } from "../sandbox-image/git-server.ts"
import type { KubeList } from "./harness/api.ts"
import type { Cluster } from "./harness/cluster.ts"
import { type EmptyRegistry, startEmptyRegistry } from "./harness/empty-registry.ts"
import { runFirstPod } from "./harness/first-pod.ts"
import { hostAddress, openDoor } from "./harness/host-door.ts"
import { sandboxImage } from "./harness/image.ts"
import type { RealNode } from "./harness/node.ts"
import { startServiceDns } from "./harness/service-dns.ts"
import { restricted, shippedAccount } from "./kubernetes-world.ts"

export interface ClusterStage {
  readonly namespace: string
  readonly git: HeldGit
  /** What a person types. */
  readonly repository: string
  readonly model: ScriptedModel
  readonly registry: EmptyRegistry
  readonly proxy: Child
  visit(path?: string): Promise<Visit>
  list(): Promise<SandboxList>
  /** The names of what is there now: `statefulsets`, `persistentvolumeclaims`, `pods` … */
  names(kind: string): Promise<string[]>
  /** Writes the templates anew, as an operator does, and waits until they count. */
  sleepAfter(idleAfter: string): Promise<void>
  stop(): Promise<void>
}

const scriptedKey = "not-a-key"
const corePath = (namespace: string, kind: string) =>
  kind === "statefulsets"
    ? `/apis/apps/v1/namespaces/${namespace}/statefulsets`
    : `/api/v1/namespaces/${namespace}/${kind}`

export async function openClusterStage(cluster: Cluster, node: RealNode): Promise<ClusterStage> {
  const stops: (() => unknown)[] = []
  const defer = (stop: () => unknown) => void stops.unshift(stop)
  const stop = async () => {
    for (const next of stops.splice(0)) await next()
  }
  try {
    return await build(cluster, node, defer, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function build(
  cluster: Cluster,
  node: RealNode,
  defer: (stop: () => unknown) => void,
  stop: () => Promise<void>,
): Promise<ClusterStage> {
  const { api } = cluster
  const namespace = await cluster.makeNamespace(restricted)
  const kubeconfig = await shippedAccount(cluster, namespace)
  await api.create(corePath(namespace, "secrets"), {
    metadata: { name: "model" },
    stringData: { key: scriptedKey },
  })
  await runFirstPod(cluster, node, namespace)
  // The kubelet of the tests does not say how much disk there is, and a pod that asks for some would find no place.
  const disk = { "ephemeral-storage": "1Ti" }
  await api.merge(`/api/v1/nodes/${node.name}/status`, { status: { capacity: disk, allocatable: disk } })

  const home = makeTempHome("cluster-story")
  defer(home.remove)
  const at = (...path: string[]) => join(home.directory, ...path)
  makeRepository(at("git"), "team/shop.git")
  const git = startHeldGit(at("git"))
  defer(git.stop)
  const gitDoor = await openDoor(Number(new URL(git.url).port))
  defer(gitDoor.stop)
  const model = startModel(testScript)
  defer(model.stop)
  const modelDoor = await openDoor(Number(new URL(model.baseUrl).port))
  defer(modelDoor.stop)
  const registry = startEmptyRegistry()
  defer(registry.stop)
  const dns = await startServiceDns(api, namespace, home.directory)
  defer(dns.stop)

  const writeTemplates = (idleAfter: string) => {
    const place = { node, namespace, modelUrl: `${modelDoor.url}/v1`, image: registry.image, idleAfter }
    writeFileSync(at("templates.yaml"), JSON.stringify({ templates: templatesOf(place) }))
  }
  writeTemplates("30m")
  mkdirSync(at("home"))
  const [launcher, ...before] = dns.launcher
  const proxy = startChild(launcher, [...before, process.execPath, join(root, "proxy/serve-ui.ts")], {
    cwd: root,
    env: proxyEnvironment({
      ...home.env,
      PORT: "0",
      KUBECONFIG: kubeconfig,
      SANDBAR_DRIVER: "kubernetes",
      SANDBAR_HOME: at("home"),
      SANDBAR_LOG: "json",
      SANDBAR_PLAIN_HTTP_REPOSITORIES: "yes",
      SANDBAR_TEMPLATES: at("templates.yaml"),
    }),
  })
  defer(proxy.stop)
  const [url] = await proxy.until(/http:\/\/127\.0\.0\.1:\d+\/[^\s"]*/)
  const browser = await openBrowser()
  defer(browser.close)

  const read = async <T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T> => {
    const answer = await fetch(`${url}${sandboxesPath}${path}`)
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return v.parse(schema, await answer.json())
  }
  return {
    namespace,
    git,
    repository: `${gitDoor.url}/team/shop.git`,
    model,
    registry,
    proxy,
    stop,
    visit: (path = "") => browser.visit(url + path),
    list: () => read("", SandboxListSchema),
    async names(kind) {
      const { items } = await api.get<KubeList>(corePath(namespace, kind))
      return items.map(({ metadata }) => metadata?.name ?? "")
    },
    async sleepAfter(idleAfter) {
      const readAgain = /the templates were read again/g
      const before = proxy.output().match(readAgain)?.length ?? 0
      writeTemplates(idleAfter)
      await proxy.until(new RegExp(`(?:${readAgain.source}[^]*){${before + 1}}`), 15_000)
    },
  }
}

interface Place {
  readonly node: RealNode
  readonly namespace: string
  readonly modelUrl: string
  /** One that no registry has. */
  readonly image: string
  readonly idleAfter: string
}

/** A server that does something else. */
const instead = (script: string) => ({
  spec: { containers: [{ name: "opencode", command: ["/bin/sh", "-c", script] }] },
})
/** The git server of these stories speaks http. */
const allowHttp = {
  spec: { initContainers: [{ name: "clone", env: [{ name: "SANDBAR_ALLOW_HTTP", value: "1" }] }] },
}
/** What a template cannot say twice: `kubernetes` and `resources` are merged, the rest is taken as it is. */
type Change = { kubernetes?: object; resources?: object } & Readonly<Record<string, unknown>>

function templatesOf(place: Place): object[] {
  const usual = usualTemplate(place)
  const like = (id: string, title: string, { kubernetes, resources, ...rest }: Change) => ({
    ...usual,
    id,
    title,
    ...rest,
    kubernetes: { ...usual.kubernetes, ...kubernetes },
    resources: { ...usual.resources, ...resources },
  })
  return [
    usual,
    like("next", "Next version", { kubernetes: { image: place.image, imagePullPolicy: "IfNotPresent" } }),
    like("tiny", "Tiny", {
      resources: { memory: { request: "32Mi", limit: "64Mi" } },
      kubernetes: { podOverrides: instead('x=aaaaaaaaaaaaaaaa; while :; do x="$x$x"; done') },
    }),
    like("broken", "Experimental", {
      kubernetes: {
        podOverrides: instead("echo error: the settings of this template cannot be read >&2; exit 3"),
      },
    }),
  ]
}

function usualTemplate({ node, namespace, modelUrl, idleAfter }: Place) {
  return {
    id: "usual",
    title: "OpenCode",
    description: "OpenCode and git in a pod of its own.",
    idleAfter,
    gitHosts: [hostAddress],
    ...scriptedTemplate(modelUrl, { name: "model", key: "key" }),
    resources: {
      cpu: { request: "100m", limit: "2" },
      memory: { request: "128Mi", limit: "1Gi" },
      storage: "1Gi",
    },
    kubernetes: {
      image: sandboxImage,
      imagePullPolicy: "Never",
      namespace,
      storageClass: node.storageClass,
      nodeSelector: node.nodeSelector,
      podOverrides: allowHttp,
    },
  }
}
