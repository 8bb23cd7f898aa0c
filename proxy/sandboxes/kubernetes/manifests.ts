// `serve-ui --manifests`: what an operator reads and applies before Sandbar may make sandboxes in a namespace. The Role
// comes from the table of what the driver does, so that neither is ever more than the other.
import type { V1NetworkPolicy, V1Role, V1RoleBinding, V1ServiceAccount } from "@kubernetes/client-node"
import { stringify } from "yaml"
import type { Template } from "../templates/template.ts"
import { networkPolicies } from "./network-policies.ts"
import { type Right, rightsAtHome, rightsByPerson, shippedRights } from "./rights-table.ts"

export type ManifestOptions = {
  templates: readonly Template[]
  /** Where Sandbar runs, and as whom. */
  proxyNamespace: string
  serviceAccount: string
  proxyLabels: Readonly<Record<string, string>>
  clusterDomain: string
}

const sampleNamespace = "sandboxes"
const sandboxesName = "sandbar-sandboxes"
const homeName = "sandbar-replicas"

export function manifests(options: ManifestOptions): string {
  const { templates, proxyNamespace, serviceAccount } = options
  const named = templates.flatMap(({ kubernetes }) => (kubernetes ? [kubernetes.namespace] : []))
  const namespaces = [...new Set(named.length > 0 ? named : [sampleNamespace])]
  return [
    heading(`These namespaces have to exist: ${[proxyNamespace, ...namespaces].join(", ")}.`) +
      heading("Who Sandbar is. The pods of its Deployment name this account.") +
      document(accountOf(serviceAccount, proxyNamespace)),
    ...atHome(options),
    ...namespaces.flatMap((namespace) => inNamespace(namespace, options)),
    ...(templates.length === 0 ? [sample(proxyNamespace)] : []),
  ].join("---\n")
}

function inNamespace(namespace: string, options: ManifestOptions): string[] {
  const isPattern = namespace.includes("{user}")
  const place = isPattern ? {} : { namespace }
  const how = isPattern
    ? `Apply the following in every namespace that ${namespace} stands for: kubectl apply -n NAMESPACE -f -`
    : `Everything below is for the namespace ${namespace}.`
  const objects = [
    roleOf(sandboxesName, isPattern ? [...shippedRights, ...rightsByPerson] : shippedRights),
    bindingOf(sandboxesName, options),
    ...networkPolicies(rulesOf(options)),
  ]
  const [first, ...rest] = objects.map((object) => document(placed(object, place)))
  return [`${heading(how)}${first}`, ...rest]
}

/** Replicas agree here which of them stops what is idle. */
function atHome(options: ManifestOptions): string[] {
  const place = { namespace: options.proxyNamespace }
  return [roleOf(homeName, rightsAtHome), bindingOf(homeName, options)].map((object) =>
    document(placed(object, place)),
  )
}

function placed<T extends { metadata?: object }>(object: T, place: object): T {
  return { ...object, metadata: { ...object.metadata, ...place } }
}

function accountOf(name: string, namespace: string): V1ServiceAccount {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } }
}

function roleOf(name: string, rights: readonly Right[]): V1Role {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name },
    rules: rights.map(({ apiGroup, resource, verbs }) => ({
      apiGroups: [apiGroup],
      resources: [resource],
      verbs: [...verbs],
    })),
  }
}

function bindingOf(name: string, { serviceAccount, proxyNamespace }: ManifestOptions): V1RoleBinding {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace: proxyNamespace }],
  }
}

function rulesOf({ templates, proxyNamespace, proxyLabels, clusterDomain }: ManifestOptions) {
  const hosts = templates.flatMap(({ providers }) => providers.map(({ url }) => new URL(url).hostname))
  const inside = hosts.filter((host) => host.endsWith(`.svc.${clusterDomain}`))
  const modelNamespaces = [...new Set(inside.map((host) => host.split(".")[1] ?? ""))]
  return { proxyNamespace, proxyLabels, modelNamespaces }
}

function document(object: V1ServiceAccount | V1Role | V1RoleBinding | V1NetworkPolicy): string {
  // The client's types call `from` otherwise, because of JavaScript's own word.
  return stringify(JSON.parse(JSON.stringify(object).replaceAll('"_from":', '"from":')), { lineWidth: 0 })
}

function heading(text: string): string {
  return `# ${text}\n`
}

/** Names an image that an operator builds from docker/sandbox. */
function sample(namespace: string): string {
  const templates = [
    {
      id: "opencode",
      title: "OpenCode",
      description: "OpenCode, git and ripgrep.",
      idleAfter: "30m",
      gitHosts: ["github.com"],
      resources: {
        cpu: { request: "500m", limit: "2" },
        memory: { request: "1Gi", limit: "4Gi" },
        storage: "10Gi",
      },
      kubernetes: { image: "registry.example.com/sandbar-sandbox:1", namespace: sampleNamespace },
    },
  ]
  return `${heading("A file for SANDBAR_TEMPLATES to begin with; mount it into Sandbar's pods.")}${stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "sandbar-templates", namespace },
    data: { "templates.yaml": stringify({ templates }) },
  })}`
}
