// What the driver asks of the API server in a namespace with sandboxes, and nothing else: the Role in the manifests and
// the check at the start are made from this. The tests take each verb away and see something fail.
export type Right = {
  /** Empty for the core group. */
  readonly apiGroup: string
  /** With its subresource: `pods/log`. */
  readonly resource: string
  readonly verbs: readonly string[]
  /** What there is not without it, for one that Sandbar can do without. */
  readonly without?: string
}

export const neededRights: readonly Right[] = [
  {
    apiGroup: "apps",
    resource: "statefulsets",
    verbs: ["get", "list", "watch", "create", "patch", "delete"],
  },
  {
    apiGroup: "",
    resource: "persistentvolumeclaims",
    verbs: ["get", "list", "watch", "create", "patch", "delete"],
  },
  // A dry run of the pod tells a refusal at once; deleting one is how a failed start is tried again.
  { apiGroup: "", resource: "pods", verbs: ["list", "watch", "create", "delete"] },
  { apiGroup: "", resource: "pods/log", verbs: ["get"] },
  { apiGroup: "", resource: "services", verbs: ["create", "patch"] },
  // Without list: one secret at a time, by the name of its sandbox.
  { apiGroup: "", resource: "secrets", verbs: ["get", "create", "update"] },
  { apiGroup: "", resource: "events", verbs: ["list", "watch"] },
  {
    apiGroup: "coordination.k8s.io",
    resource: "leases",
    verbs: ["get", "list", "watch", "create", "patch"],
  },
]

/** Asked for like the others, and nothing is kept from anybody where it is missing. */
export const optionalRights: readonly Right[] = [
  {
    apiGroup: "metrics.k8s.io",
    resource: "pods",
    verbs: ["list"],
    without: "CPU and memory are not shown",
  },
]

/** What the Role in the manifests holds. */
export const shippedRights: readonly Right[] = [...neededRights, ...optionalRights]

/** In a namespace that is named after a person: whose it is (namespace-owner.ts). Sandbar does without, for fewer names. */
export const rightsByPerson: readonly Right[] = [{ apiGroup: "", resource: "namespaces", verbs: ["get"] }]

/** In the namespace that Sandbar itself runs in: who stops what is idle, and which namespaces have sandboxes. */
export const rightsAtHome: readonly Right[] = [
  { apiGroup: "coordination.k8s.io", resource: "leases", verbs: ["get", "list", "create", "patch"] },
]
