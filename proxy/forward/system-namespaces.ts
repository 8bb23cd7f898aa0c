// Namespaces that hold the cluster's own services. Several trust whoever can reach them (a `kubeflow-userid`
// header, an unauthenticated admin port), so a wildcard never includes them.

const named = new Set([
  "auth",
  "cert-manager",
  "ingress-nginx",
  "knative-eventing",
  "knative-serving",
  "kubeflow",
  "linkerd",
  "oauth2-proxy",
])

/**
 * Looks at the label before `svc` (`pod.service.namespace.svc.cluster.local`), wherever `svc` stands: the
 * cluster's domain is the operator's choice.
 */
export function isSystemNamespace(host: string): boolean {
  const labels = host.split(".")
  return labels.some((label, index) => {
    const namespace = labels[index - 1]
    if (label !== "svc" || namespace === undefined) return false
    if (namespace === "default") return labels[index - 2] === "kubernetes"
    return namespace.startsWith("kube-") || namespace.endsWith("-system") || named.has(namespace)
  })
}
