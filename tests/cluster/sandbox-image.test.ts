// The sandbox's image on a real node: what runs in it, as whom, and how a repository gets there.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { type GitServer, makeRepository, startGitServer } from "../sandbox-image/git-server.ts"
import type { KubeObject } from "./harness/api.ts"
import { isReady } from "./harness/cluster.ts"
import { makeSandboxImage, sandboxImage } from "./harness/image.ts"
import { openNode } from "./harness/node.ts"
import { sharedCluster } from "./harness/shared-cluster.ts"
import { type StrictPod, strictPod } from "./harness/workloads.ts"

const { api, makeNamespace } = sharedCluster()
const scratch = mkdtempSync(join(tmpdir(), "sandbar-image-"))
const node = await openNode(sharedCluster(), async () => [
  await makeSandboxImage(join(scratch, "sandbox.tar")),
])
let gitServer: GitServer | undefined

afterAll(async () => {
  await gitServer?.stop()
  await node?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

const password = "a password of this test"
const withPassword = [{ name: "OPENCODE_SERVER_PASSWORD", value: password }]
const restricted = { "pod-security.kubernetes.io/enforce": "restricted" }
const mounts = [
  { name: "home", mountPath: "/home/sandbox" },
  { name: "tmp", mountPath: "/tmp" },
]
const shell = (script: string) => ({ command: ["/bin/sh", "-c", script], volumeMounts: mounts })

/** The image's pod on the real node, with a home that any user may write to. */
function sandboxPod(more: Readonly<Record<string, unknown>>, claim = "home"): StrictPod {
  return {
    ...strictPod(sandboxImage, { volumeMounts: mounts, ...more }),
    nodeSelector: node?.nodeSelector,
    restartPolicy: "Never",
    volumes: [
      { name: "home", persistentVolumeClaim: { claimName: claim } },
      { name: "tmp", emptyDir: {} },
    ],
  }
}

/** A restricted namespace with a claim `home`; answers the path of its pods. */
async function makePlace(): Promise<string> {
  const namespace = await makeNamespace(restricted)
  await api.create(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`, {
    metadata: { name: "home" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      storageClassName: node?.storageClass,
    },
  })
  return `/api/v1/namespaces/${namespace}/pods`
}

interface WithInit extends KubeObject {
  readonly status: {
    readonly initContainerStatuses: readonly {
      readonly state: { readonly terminated?: { readonly message?: string } }
    }[]
  }
}

const phaseIs = (phase: string) => (pod: KubeObject) => pod.status?.phase === phase

async function runToEnd(pods: string, name: string, spec: StrictPod): Promise<string> {
  await api.create(pods, { metadata: { name }, spec })
  await api.until(`${pods}/${name}`, (pod) => phaseIs("Succeeded")(pod) || phaseIs("Failed")(pod), 60_000)
  return api.request("GET", `${pods}/${name}/log`)
}

/**
 * The status that its OpenCode answers to a name and a password; 0 while nobody listens. A request of the moment in
 * which it begins to listen gets no answer at all, hence the limit.
 */
async function askerOf(path: string): Promise<(login: string) => Promise<number>> {
  const pod = await api.until(path, isReady, 60_000)
  const url = `http://${pod.status?.podIP}:4096/session`
  return (login) =>
    fetch(url, {
      headers: { authorization: `Basic ${btoa(login)}` },
      signal: AbortSignal.timeout(5_000),
    }).then(
      ({ status }) => status,
      () => 0,
    )
}

function asUser(uid: number, pod: StrictPod): StrictPod {
  return { ...pod, securityContext: { ...(pod.securityContext as object), runAsUser: uid, fsGroup: uid } }
}

/** A git server that pods reach: this machine's end of their bridge, which comes with the first pod. */
async function serveRepository(pods: string): Promise<string> {
  await runToEnd(pods, "first", sandboxPod(shell("true")))
  makeRepository(scratch, "project.git")
  gitServer = startGitServer({ root: scratch, hostname: "10.244.1.1" })
  return `${gitServer.url}/project.git`
}

function withClone(
  address: string,
  main: Readonly<Record<string, unknown>>,
  env: readonly object[] = [],
): StrictPod {
  const pod = sandboxPod(main)
  const given = {
    SANDBAR_REPOSITORY: address,
    SANDBAR_DIRECTORY: "/home/sandbox/project",
    SANDBAR_ALLOW_HTTP: "1",
  }
  const clone = {
    ...pod.containers[0],
    name: "clone",
    command: ["/opt/sandbar/clone.sh"],
    env: [...Object.entries(given).map(([name, value]) => ({ name, value })), ...env],
  }
  return { ...pod, initContainers: [clone] }
}

describe.skipIf(node === undefined)("the sandbox's image", () => {
  test("has the tools, runs as 1000, and its root file system is read-only", async () => {
    const pods = await makePlace()
    const script = `id -u; git --version; rg --version; opencode --version
      test -s /etc/ssl/certs/ca-certificates.crt && echo certificates; touch /opt/x 2>&1; echo kept > ~/kept && cat ~/kept`
    const log = await runToEnd(pods, "tools", sandboxPod(shell(script)))
    expect(log).toMatch(
      /^1000\ngit version \d.*\nripgrep \d(?:.*\n)+1\.18\.\d+\ncertificates\n.*Read-only file system\nkept\n$/,
    )
  })

  test("serves OpenCode to whoever has the password, and to nobody else", async () => {
    const pods = await makePlace()
    await api.create(pods, { metadata: { name: "serve" }, spec: sandboxPod({ env: withPassword }) })
    const ask = await askerOf(`${pods}/serve`)
    await expect.poll(() => ask(`opencode:${password}`), { timeout: 60_000 }).toBe(200)
    expect(await ask("opencode:wrong")).toBe(401)
  })

  test("runs as any user id, as some clusters want it", async () => {
    const pods = await makePlace()
    await api.create(pods, {
      metadata: { name: "any" },
      spec: asUser(1234567, sandboxPod({ env: withPassword })),
    })
    const ask = await askerOf(`${pods}/any`)
    await expect.poll(() => ask(`opencode:${password}`), { timeout: 60_000 }).toBe(200)
  })

  test("does not start without a password", async () => {
    const pods = await makePlace()
    expect(await runToEnd(pods, "open", sandboxPod({}))).toContain("OPENCODE_SERVER_PASSWORD is not set")
  })

  test("clones before the server starts, and says why it could not", async () => {
    const pods = await makePlace()
    const address = await serveRepository(pods)
    const log = await runToEnd(pods, "cloned", withClone(address, shell("cat ~/project/README.md")))
    expect(log).toBe("text 3\n")

    const others = await makePlace()
    const env = [{ name: "SANDBAR_BRANCH", value: "missing" }]
    await api.create(others, { metadata: { name: "failed" }, spec: withClone(address, shell("true"), env) })
    const failed = await api.until<WithInit>(`${others}/failed`, phaseIs("Failed"), 60_000)
    expect(failed.status.initContainerStatuses[0]?.state.terminated?.message).toContain(
      "Remote branch missing not found",
    )
  })
})
