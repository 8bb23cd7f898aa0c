// What the objects of a sandbox are called, and the labels and annotations by which they are found again. The manifests
// that operators apply use the same.
export const managedBy = { "app.kubernetes.io/managed-by": "sandbar" } as const
export const managedSelector = "app.kubernetes.io/managed-by=sandbar"
export const idLabel = "sandbar/id"
export const ownerLabel = "sandbar/owner"
/** What network policies select. */
export const roleLabel = "sandbar/role"
export const sandboxRole = "sandbox"
/** A Lease that stands for a namespace in which sandboxes may be: see namespaces.ts. */
export const namespaceLabel = "sandbar/namespace"

export const recordAnnotation = "sandbar/record"
export const sealAnnotation = "sandbar/seal"
export const ownerNameAnnotation = "sandbar/owner-name"
/** When this run began, and when it was last asked for: ISO 8601. */
export const startedAtAnnotation = "sandbar/started-at"
export const wokenAtAnnotation = "sandbar/woken-at"
/** When the data was set aside, on the claim of a deleted sandbox. */
export const keptSinceAnnotation = "sandbar/kept-since"
/** On the claim that was made for a new sandbox, until somebody may have used it. */
export const freshAnnotation = "sandbar/fresh"
export const keepAwakeAnnotation = "sandbar/keep-awake-until"

/** Whose fields are whose: the objects as the template wants them, and what changes while a sandbox lives. */
export const fieldManager = "sandbar"
export const stateManager = "sandbar-state"

export const serverPort = 4096
export const initContainer = "clone"
export const serverContainer = "opencode"
export const passwordKey = "password"
export const homeDirectory = "/home/sandbox"

/** StatefulSet, Service, Secret and Lease share the sandbox's own name. */
export const podName = (id: string): string => `${id}-0`
export const claimName = (id: string): string => `${id}-data`
