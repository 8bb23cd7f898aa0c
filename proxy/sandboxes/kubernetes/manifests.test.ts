import ipaddr from "ipaddr.js"
import { describe, expect, test } from "vitest"
import { parse, parseAllDocuments } from "yaml"
import { readTemplates } from "../templates/read-templates.ts"
import { manifests } from "./manifests.ts"
import { shippedRights } from "./rights-table.ts"

const made = (templates = "templates: []") =>
  manifests({
    templates: readTemplates([{ name: "t", text: templates }], { idleAfterSeconds: null }).templates,
    proxyNamespace: "sandbar",
    serviceAccount: "sandbar",
    proxyLabels: { "app.kubernetes.io/name": "sandbar" },
    clusterDomain: "cluster.local",
  })

type Manifest = {
  kind: string
  metadata: { name: string; namespace?: string }
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[]
  spec?: {
    podSelector: object
    policyTypes: string[]
    ingress?: object[]
    egress?: { to?: { ipBlock?: Block }[] }[]
  }
  data?: Record<string, string>
}
type Block = { cidr: string; except: string[] }

const objects = (templates?: string) =>
  parseAllDocuments(made(templates)).map((document) => document.toJS() as Manifest)
const named = (list: Manifest[], kind: string, name: string) =>
  list.find((object) => object.kind === kind && object.metadata.name === name)

const inCluster = (namespace: string, url = "https://models.example/v1") => `templates:
  - id: a
    providers: [{ id: models, url: "${url}", models: [{ id: m }] }]
    kubernetes: { image: i, namespace: "${namespace}" }
`

describe("the manifests", () => {
  test("say first which namespaces have to exist", () => {
    expect(made()).toMatch(/^# These namespaces have to exist: sandbar, sandboxes\.\n/)
    expect(made(inCluster("kubeflow-{user}"))).toMatch(
      /^# These namespaces have to exist: sandbar, kubeflow-/,
    )
  })

  test("begin with what an empty installation needs, a file of templates included", () => {
    const list = objects()
    expect(list.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`)).toEqual([
      "ServiceAccount sandbar/sandbar",
      "Role sandbar/sandbar-replicas",
      "RoleBinding sandbar/sandbar-replicas",
      "Role sandboxes/sandbar-sandboxes",
      "RoleBinding sandboxes/sandbar-sandboxes",
      "NetworkPolicy sandboxes/sandbar-deny-all",
      "NetworkPolicy sandboxes/sandbar-from-proxy",
      "NetworkPolicy sandboxes/sandbar-to-dns",
      "NetworkPolicy sandboxes/sandbar-to-outside",
      "ConfigMap sandbar/sandbar-templates",
    ])
    const file = named(list, "ConfigMap", "sandbar-templates")?.data?.["templates.yaml"] ?? ""
    expect(readTemplates([{ name: "t", text: file }], { idleAfterSeconds: null })).toMatchObject({
      faults: [],
      templates: [{ id: "opencode" }],
    })
  })

  test("give exactly the rights that the driver uses, those that it can do without included, and nothing over the whole cluster", () => {
    const list = objects()
    const { rules = [] } = named(list, "Role", "sandbar-sandboxes") ?? {}
    expect(rules).toEqual(
      shippedRights.map(({ apiGroup, resource, verbs }) => ({
        apiGroups: [apiGroup],
        resources: [resource],
        verbs,
      })),
    )
    expect(rules.flatMap(({ resources }) => resources)).not.toContain("pods/exec")
    expect(rules.find(({ resources }) => resources.includes("secrets"))?.verbs).not.toContain("list")
    expect(made()).not.toMatch(/Cluster(?:Role|RoleBinding)|"\*"|'\*'/)
  })

  test("let Sandbar see whose a namespace is where each person has one", () => {
    const { rules = [] } = named(objects(inCluster("kubeflow-{user}")), "Role", "sandbar-sandboxes") ?? {}
    expect(rules).toContainEqual({ apiGroups: [""], resources: ["namespaces"], verbs: ["get"] })
  })

  test("are for the namespaces of the templates; a pattern's are applied in each", () => {
    const namespaces = (text: string) =>
      objects(text)
        .filter(({ kind }) => kind === "NetworkPolicy")
        .map(({ metadata }) => metadata.namespace)
    expect(new Set(namespaces(inCluster("team-a")))).toEqual(new Set(["team-a"]))
    expect(new Set(namespaces(inCluster("kubeflow-{user}")))).toEqual(new Set([undefined]))
    expect(made(inCluster("kubeflow-{user}"))).toContain("kubectl apply -n NAMESPACE")
  })
})

describe("the network of a sandbox", () => {
  test("is closed to begin with", () => {
    const { spec } = named(objects(), "NetworkPolicy", "sandbar-deny-all") ?? {}
    expect(spec).toEqual({
      podSelector: { matchLabels: { "sandbar/role": "sandbox" } },
      policyTypes: ["Ingress", "Egress"],
    })
  })

  test("leads outside, but to no node, no pod, no service and no cloud's metadata", () => {
    const { spec } = named(objects(), "NetworkPolicy", "sandbar-to-outside") ?? {}
    const blocks = (spec?.egress?.[0]?.to ?? []).flatMap(({ ipBlock }) => (ipBlock ? [ipBlock] : []))
    const reaches = (address: string) => {
      const parsed = ipaddr.parse(address)
      const within = (cidr: string) => {
        const [base, bits] = ipaddr.parseCIDR(cidr)
        return base.kind() === parsed.kind() && parsed.match(base, bits)
      }
      return blocks.some(({ cidr, except }) => within(cidr) && !except.some(within))
    }
    expect(["140.82.112.3", "2606:50c0:8000::154"].map(reaches)).toEqual([true, true])
    const own = [
      "10.96.0.1",
      "172.17.0.1",
      "192.168.1.1",
      "169.254.169.254",
      "100.64.0.1",
      "fd00::1",
      "fe80::1",
      "::1",
    ]
    expect(own.filter(reaches)).toEqual([])
  })

  test("leads to models inside the cluster only where a template names them", () => {
    const inside = inCluster("team-a", "http://models.ai.svc.cluster.local:8080/v1")
    const rules = named(objects(inside), "NetworkPolicy", "sandbar-to-models")?.spec?.egress
    expect(rules).toEqual([
      { to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ai" } } }] },
    ])
    expect(named(objects(inCluster("team-a")), "NetworkPolicy", "sandbar-to-models")).toBeUndefined()
  })

  test("lets nobody in but Sandbar", () => {
    const text = made()
    expect(text).toContain("from:")
    expect(text).not.toContain("_from")
    const { spec } = named(objects(), "NetworkPolicy", "sandbar-from-proxy") ?? {}
    expect(spec?.ingress).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "sandbar" } },
            podSelector: { matchLabels: { "app.kubernetes.io/name": "sandbar" } },
          },
        ],
        ports: [{ protocol: "TCP", port: 4096 }],
      },
    ])
  })
})

test("the whole can be read back as YAML, document by document", () => {
  for (const document of made(inCluster("team-a")).split("---\n")) expect(parse(document)).toBeTruthy()
})
