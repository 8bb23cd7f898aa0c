// A template as the operator wrote it, with every default filled in.

export type Provider = {
  readonly id: string
  readonly name: string
  /** The base address of an OpenAI-compatible endpoint. */
  readonly url: string
  readonly models: readonly { readonly id: string; readonly name: string }[]
  /** The environment variable that holds the key, with where Kubernetes finds it; absent for endpoints without keys. */
  readonly key?: {
    readonly variable: string
    readonly secret?: { readonly name: string; readonly key: string }
  }
}

export type Template = {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly notes?: string
  /** Seconds; null: never. */
  readonly idleAfterSeconds: number | null
  readonly maximumLifeSeconds: number | null
  /** Exact hosts, or `*.example.com`; empty: any host with a public address. */
  readonly gitHosts: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly providers: readonly Provider[]
  /** The default model, `provider/model`. */
  readonly model?: string
  /** Process driver: whether the person's own OpenCode providers and keys come along. */
  readonly ownProviders: boolean
  /** Kubernetes quantities: "500m", "2", "4Gi". */
  readonly resources: {
    readonly cpu: { readonly request: string; readonly limit: string }
    readonly memory: { readonly request: string; readonly limit: string }
    readonly ephemeralStorage: { readonly request: string; readonly limit: string }
    readonly storage: string
  }
  /** Absent in templates for local processes; the Kubernetes driver is never offered one without it. */
  readonly kubernetes?: KubernetesPart
}

/** What `podOverrides` may give up when the operator names it in `allowWeaker`. */
export const weaknesses = [
  "run-as-root",
  "privilege-escalation",
  "privileged",
  "capabilities",
  "seccomp",
  "apparmor",
  "selinux",
  "writable-root",
  "host-namespaces",
  "host-path",
  "volume-types",
  "service-account-token",
] as const
export type Weakness = (typeof weaknesses)[number]

export type KubernetesPart = {
  readonly image: string
  readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never"
  readonly imagePullSecrets: readonly string[]
  /** `team-a`, or a pattern such as `kubeflow-{user}`. */
  readonly namespace: string
  readonly storageClass?: string
  readonly nodeSelector: Readonly<Record<string, string>>
  readonly tolerations: readonly Readonly<Record<string, unknown>>[]
  readonly serviceAccount?: string
  /** A ConfigMap in the sandbox's namespace and the key in it that holds PEM certificates. */
  readonly caBundle?: { readonly name: string; readonly key: string }
  /** A Secret with `username` and `password` for git over https. */
  readonly gitSecret?: string
  /** A strategic merge patch for the pod. */
  readonly podOverrides?: Readonly<Record<string, unknown>>
  readonly allowWeaker: readonly Weakness[]
}
