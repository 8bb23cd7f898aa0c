// The objects as they are sent, held against a file that a person can read: golden-objects.yaml.
import { describe, expect, test } from "vitest"
import { stringify } from "yaml"
import { testTemplate } from "../../../tests/fakes/test-template.ts"
import type { KubernetesPart } from "../templates/template.ts"
import {
  claimOf,
  leaseOf,
  type Place,
  secretOf,
  serviceOf,
  statefulSetOf,
  stopPatch,
  trialPod,
  wakePatch,
} from "./objects.ts"
import { podOf } from "./pod.ts"
import { weaknessesOf } from "./weaknesses.ts"

const record = {
  id: "sb-0123456789ab",
  owner: "0123456789abcdef",
  ownerName: "ada@example.com",
  name: "My work",
  slug: "my-work",
  repository: "https://git.example.com/ada/engine.git",
  branch: "main",
  directory: null,
  template: "plain",
  createdAt: 1_772_366_400_000,
}
const place: Place = { record, namespace: "team-a", key: new Uint8Array(32).fill(1) }

const part: KubernetesPart = {
  image: "registry.example.com/sandbox:1",
  imagePullSecrets: ["registry"],
  namespace: "team-a",
  storageClass: "fast",
  nodeSelector: { pool: "agents" },
  tolerations: [{ key: "agents", operator: "Exists" }],
  serviceAccount: "agent",
  caBundle: { name: "corporate-ca", key: "ca.crt" },
  gitSecret: "git",
  allowWeaker: [],
}
const template = testTemplate({
  id: "plain",
  gitHosts: ["git.example.com"],
  environment: { LANG: "C.UTF-8" },
  providers: [
    {
      id: "llm",
      name: "LLM",
      url: "https://llm.example.com/v1",
      models: [{ id: "small", name: "Small" }],
      key: { variable: "LLM_KEY", secret: { name: "llm", key: "key" } },
    },
  ],
  model: "llm/small",
  kubernetes: part,
})
const withPart = (change: Partial<KubernetesPart>) => ({ ...template, kubernetes: { ...part, ...change } })

describe("the objects of a sandbox", () => {
  test("are those that the golden file shows", async () => {
    const objects = [
      statefulSetOf(place, template),
      claimOf(place, template, true),
      serviceOf(place, "uid-of-the-set"),
      secretOf(place, "uid-of-the-set", "a password"),
      leaseOf(place, "uid-of-the-set"),
    ]
    const text = objects.map((object) => stringify(object, { lineWidth: 0 })).join("---\n")
    await expect(text).toMatchFileSnapshot("./golden-objects.yaml")
  })

  test("leave the data without an owner: it goes only when that is asked for", () => {
    expect(claimOf(place, template).metadata).not.toHaveProperty("ownerReferences")
    for (const owned of [serviceOf(place, "u"), secretOf(place, "u", "p"), leaseOf(place, "u")])
      expect(owned.metadata?.ownerReferences?.[0]).toMatchObject({ kind: "StatefulSet", uid: "u" })
  })

  test("never say how many replicas: a stop would be undone by the next apply", () => {
    expect(statefulSetOf(place, template).spec).not.toHaveProperty("replicas")
    expect(wakePatch(0, true).spec).toEqual({ replicas: 1 })
    expect(stopPatch("7")).toEqual({ metadata: { resourceVersion: "7" }, spec: { replicas: 0 } })
  })

  test("hold neither the password nor a key in the clear where anybody may read", () => {
    const text = JSON.stringify(statefulSetOf(place, template))
    expect(text).toContain('"secretKeyRef":{"name":"sb-0123456789ab","key":"password"}')
    expect(text).toContain('"secretKeyRef":{"name":"llm","key":"key"}')
    expect(text).toContain("{env:LLM_KEY}")
  })

  test("need no clone where there is no repository", () => {
    const spec = podOf({ ...record, repository: null }, template).spec
    expect(spec).not.toHaveProperty("initContainers")
    expect(spec?.volumes?.map(({ name }) => name)).not.toContain("git")
  })

  test("are tried out with the pod that the StatefulSet will make", () => {
    const trial = trialPod(place, template)
    expect(trial.spec).toEqual(statefulSetOf(place, template).spec?.template?.spec)
    expect(trial.metadata?.name).toBe("sb-0123456789ab-trial")
  })
})

describe("a repository is a stranger's word", () => {
  // `--upload-pack=…` would be a program that git runs, a newline another line of a script.
  for (const repository of ["--upload-pack=touch /tmp/x", "https://x/y\nrm -rf /", "ext::sh -c x"])
    test(`${JSON.stringify(repository)} reaches the clone as a variable and nothing else`, () => {
      const [clone] =
        podOf({ ...record, repository, branch: repository }, template).spec?.initContainers ?? []
      expect(clone?.command).toEqual(["/opt/sandbar/clone.sh"])
      expect(clone).not.toHaveProperty("args")
      expect(clone?.env).toContainEqual({ name: "SANDBAR_REPOSITORY", value: repository })
      const directory = clone?.env?.find(({ name }) => name === "SANDBAR_DIRECTORY")?.value
      expect(directory).toMatch(/^\/home\/sandbox\/[\w.-]+$/)
    })
})

// Kubernetes puts the container's own variables, keys among them, where a value says $(NAME).
test.each([
  ["$(OPENCODE_SERVER_PASSWORD)", "$$(OPENCODE_SERVER_PASSWORD)"],
  ["$$(HOME)", "$$$$(HOME)"],
  ["cash$", "cash$$"],
])("a branch %s stays what it is when Kubernetes has read it", (branch, written) => {
  const repository = `https://git.example.com/${branch}`
  const [clone] = podOf({ ...record, repository, branch }, template).spec?.initContainers ?? []
  expect(clone?.env).toContainEqual({ name: "SANDBAR_BRANCH", value: written })
  expect(clone?.env).toContainEqual({
    name: "SANDBAR_REPOSITORY",
    value: `https://git.example.com/${written}`,
  })
})

test("the hosts that may be cloned from are told to the clone, which knows patterns too", () => {
  const hostsFor = (gitHosts: string[]) => {
    const pod = podOf(record, { ...template, gitHosts })
    return pod.spec?.initContainers?.[0]?.env?.find(({ name }) => name === "SANDBAR_GIT_HOSTS")?.value
  }
  expect(hostsFor([])).toBeUndefined()
  expect(hostsFor(["github.com", "*.example.com"])).toBe("github.com *.example.com")
})

describe("overrides of the pod", () => {
  const containers = (change: object) => ({ spec: { containers: [{ name: "opencode", ...change }] } })

  test("that are for the clone go with it where nothing is cloned", () => {
    const strict = {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    }
    const initContainers = [
      { name: "clone", env: [{ name: "LANG", value: "de_DE.UTF-8" }] },
      { name: "warm-up", securityContext: strict },
    ]
    const overriding = withPart({ podOverrides: { spec: { initContainers } } })
    const names = (repository: string | null) =>
      podOf({ ...record, repository }, overriding).spec?.initContainers?.map(({ name }) => name)
    expect(names("https://git.example.com/ada/engine.git")).toEqual(["clone", "warm-up"])
    expect(names(null)).toEqual(["warm-up"])
  })

  test("are merged into the container that they name", () => {
    const podOverrides = {
      metadata: { annotations: { "example.com/team": "a" } },
      spec: {
        priorityClassName: "low",
        containers: [{ name: "opencode", env: [{ name: "LANG", value: "de_DE.UTF-8" }] }],
        volumes: [{ name: "cache", emptyDir: {} }],
      },
    }
    const pod = podOf(record, withPart({ podOverrides }))
    expect(pod.metadata?.annotations).toEqual({ "example.com/team": "a" })
    expect(pod.spec).toMatchObject({ priorityClassName: "low", automountServiceAccountToken: false })
    const [server] = pod.spec?.containers ?? []
    expect(server?.image).toBe(part.image)
    expect(server?.env).toContainEqual({ name: "LANG", value: "de_DE.UTF-8" })
    expect(pod.spec?.volumes?.map(({ name }) => name)).toContain("cache")
  })

  test("cannot take the labels by which the pod is found and cut off from the network", () => {
    const podOverrides = {
      metadata: { labels: { "sandbar/id": "sb-ffffffffffff", "sandbar/role": "proxy" } },
    }
    expect(podOf(record, withPart({ podOverrides })).metadata?.labels).toMatchObject({
      "sandbar/id": record.id,
      "sandbar/role": "sandbox",
    })
  })

  // Each of these would let an agent out of its pod, or nearer to the door.
  const weaker = [
    ["run-as-root", { spec: { securityContext: { runAsNonRoot: false } } }],
    ["run-as-root", containers({ securityContext: { runAsUser: 0 } })],
    ["privilege-escalation", containers({ securityContext: { allowPrivilegeEscalation: true } })],
    ["privileged", containers({ securityContext: { privileged: true } })],
    ["privileged", containers({ securityContext: { procMount: "Unmasked" } })],
    ["capabilities", containers({ securityContext: { capabilities: { add: ["NET_ADMIN"] } } })],
    ["capabilities", containers({ securityContext: { capabilities: null } })],
    ["seccomp", { spec: { securityContext: { seccompProfile: { type: "Unconfined" } } } }],
    ["writable-root", containers({ securityContext: { readOnlyRootFilesystem: false } })],
    ["host-namespaces", { spec: { hostNetwork: true } }],
    ["host-namespaces", { spec: { hostPID: true } }],
    ["host-namespaces", containers({ ports: [{ containerPort: 4096, hostPort: 80 }] })],
    ["host-path", { spec: { volumes: [{ name: "host", hostPath: { path: "/" } }] } }],
    ["privileged", { spec: { securityContext: { windowsOptions: { hostProcess: true } } } }],
    ["privileged", containers({ securityContext: { windowsOptions: { hostProcess: true } } })],
    ["apparmor", { spec: { securityContext: { appArmorProfile: { type: "Unconfined" } } } }],
    ["apparmor", containers({ securityContext: { appArmorProfile: { type: "Unconfined" } } })],
    [
      "apparmor",
      {
        metadata: {
          annotations: { "container.apparmor.security.beta.kubernetes.io/opencode": "unconfined" },
        },
      },
    ],
    ["selinux", { spec: { securityContext: { seLinuxOptions: { type: "spc_t" } } } }],
    ["selinux", containers({ securityContext: { seLinuxOptions: { user: "system_u" } } })],
    ["volume-types", { spec: { volumes: [{ name: "n", nfs: { server: "10.0.0.1", path: "/" } }] } }],
    ["volume-types", { spec: { volumes: [{ name: "f", flexVolume: { driver: "example.com/any" } }] } }],
    ["host-namespaces", containers({ livenessProbe: { tcpSocket: { host: "169.254.169.254", port: 80 } } })],
    [
      "host-namespaces",
      containers({ lifecycle: { postStart: { httpGet: { host: "10.0.0.1", port: 80 } } } }),
    ],
    ["service-account-token", { spec: { automountServiceAccountToken: true } }],
    ["service-account-token", { spec: { volumes: [{ name: "t", secret: { secretName: "agent-token" } }] } }],
    [
      "service-account-token",
      { spec: { volumes: [{ name: "git", secret: { secretName: "agent-token" } }] } },
    ],
    [
      "service-account-token",
      { spec: { volumes: [{ name: "t", projected: { sources: [{ secret: { name: "agent-token" } }] } }] } },
    ],
    [
      "service-account-token",
      {
        spec: { volumes: [{ name: "t", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } }] },
      },
    ],
  ] as const
  for (const [weakness, podOverrides] of weaker)
    test(`cannot weaken the pod by ${JSON.stringify(podOverrides)}, unless the operator names ${weakness}`, () => {
      expect(() => podOf(record, withPart({ podOverrides }))).toThrow(
        expect.objectContaining({ code: "sandbox.refused", detail: expect.stringContaining(weakness) }),
      )
      expect(podOf(record, withPart({ podOverrides, allowWeaker: [weakness] }))).toBeDefined()
    })

  test("cannot add a container that is weaker than ours", () => {
    const podOverrides = { spec: { containers: [{ name: "side", image: "x" }] } }
    expect(() => podOf(record, withPart({ podOverrides }))).toThrow(/weaken/)
  })

  test("cannot add a container for debugging that is weaker than ours", () => {
    const podOverrides = { spec: { ephemeralContainers: [{ name: "debug", image: "x" }] } }
    expect(() => podOf(record, withPart({ podOverrides }))).toThrow(/weaken/)
  })

  // What is inherited is seen by the check and not sent to the cluster.
  test("cannot hide that a container is without a security context", () => {
    const strict =
      '{"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,"capabilities":{"drop":["ALL"]}}'
    const side = JSON.parse(`[{"name":"side","image":"x","securityContext":{"__proto__":${strict}}}]`)
    expect(() => podOf(record, withPart({ podOverrides: { spec: { containers: side } } }))).toThrow(/weaken/)
  })

  test("may keep to what is restricted, and say so", () => {
    const securityContext = {
      appArmorProfile: { type: "RuntimeDefault" },
      seLinuxOptions: { type: "container_t", level: "s0:c1,c2" },
    }
    const volumes = [
      { name: "cache", ephemeral: {} },
      { name: "who", downwardAPI: {} },
    ]
    const podOverrides = { spec: { securityContext, volumes } }
    expect(podOf(record, withPart({ podOverrides })).spec).toMatchObject({ securityContext })
  })

  test("are not needed to be strict: the pod as it is has no weakness", () => {
    expect(weaknessesOf(podOf(record, template), part.gitSecret)).toEqual([])
  })
})
