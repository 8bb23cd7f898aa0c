// The network rules of a namespace with sandboxes: a static set, selected by a label, so that Sandbar needs no right to
// change any. They hold where the cluster's network enforces NetworkPolicies.
import type { V1NetworkPolicy, V1NetworkPolicyEgressRule } from "@kubernetes/client-node"
import { roleLabel, sandboxRole, serverPort } from "./names.ts"

export type NetworkRules = {
  /** Where Sandbar's own pods run. */
  proxyNamespace: string
  /** Their labels. */
  proxyLabels: Readonly<Record<string, string>>
  /** Namespaces of models inside the cluster. */
  modelNamespaces: readonly string[]
}

const sandboxes = { matchLabels: { [roleLabel]: sandboxRole } }

/**
 * Private, link-local and shared ranges: nodes, pods, services, the API server, a cloud's metadata. IPv4 ranges of
 * RFC 1918, RFC 6598 and RFC 3927; IPv6 ranges of RFC 4193 and RFC 4291.
 */
const ownRanges4 = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
]
const ownRanges6 = ["::1/128", "fc00::/7", "fe80::/10"]

/** Sandboxes reach no proxy: a gateway in front of it believes the headers that name a person. */
export function networkPolicies(rules: NetworkRules): V1NetworkPolicy[] {
  return [
    policy("sandbar-deny-all", { policyTypes: ["Ingress", "Egress"] }),
    policy("sandbar-from-proxy", {
      policyTypes: ["Ingress"],
      ingress: [
        {
          _from: [
            {
              namespaceSelector: namespaceCalled(rules.proxyNamespace),
              podSelector: { matchLabels: { ...rules.proxyLabels } },
            },
          ],
          ports: [{ protocol: "TCP", port: serverPort }],
        },
      ],
    }),
    policy("sandbar-to-dns", {
      policyTypes: ["Egress"],
      egress: [
        {
          to: [
            {
              namespaceSelector: namespaceCalled("kube-system"),
              podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
            },
          ],
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 },
          ],
        },
      ],
    }),
    policy("sandbar-to-outside", {
      policyTypes: ["Egress"],
      egress: [
        {
          to: [
            { ipBlock: { cidr: "0.0.0.0/0", except: ownRanges4 } },
            { ipBlock: { cidr: "::/0", except: ownRanges6 } },
          ],
          ports: [
            { protocol: "TCP", port: 443 },
            { protocol: "TCP", port: 80 },
          ],
        },
      ],
    }),
    ...(rules.modelNamespaces.length > 0
      ? [
          policy("sandbar-to-models", {
            policyTypes: ["Egress"],
            egress: rules.modelNamespaces.map(toNamespace),
          }),
        ]
      : []),
  ]
}

function policy(
  name: string,
  spec: Omit<NonNullable<V1NetworkPolicy["spec"]>, "podSelector">,
): V1NetworkPolicy {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, labels: { "app.kubernetes.io/managed-by": "sandbar-manifests" } },
    spec: { podSelector: sandboxes, ...spec },
  }
}

/** Of any port: a rule counts the port of the pod, and only the Service behind an address knows that one. */
function toNamespace(name: string): V1NetworkPolicyEgressRule {
  return { to: [{ namespaceSelector: namespaceCalled(name) }] }
}

/** Every namespace carries its own name as a label since Kubernetes 1.22. */
function namespaceCalled(name: string) {
  return { matchLabels: { "kubernetes.io/metadata.name": name } }
}
