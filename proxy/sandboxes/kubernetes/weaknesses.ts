// What a pod gives up of the `restricted` Pod Security Standard and of what Sandbar asks for beyond it. A template's
// overrides may do so only where the operator has named it.
import { Problem } from "../../../shared/problems.ts"
import type { Template, Weakness } from "../templates/template.ts"
import { partOf } from "./namespaces.ts"
import type { Container, PodSpec, PodTemplate } from "./wire.ts"

type Check = {
  weakness: Weakness
  isIn: (pod: PodSpec, containers: readonly Container[], whole: Whole) => boolean
}
type Whole = {
  annotations: Readonly<Record<string, string>>
  /** A Secret that the template itself names. */
  gitSecret: string | undefined
}
type Volume = NonNullable<PodSpec["volumes"]>[number]

/** Of the `restricted` Pod Security Standard. */
const volumeTypes = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
])
const seLinuxTypes = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"]
const appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/"

const checks: readonly Check[] = [
  {
    weakness: "run-as-root",
    isIn: ({ securityContext: pod = {} }, containers) =>
      containers.some(
        ({ securityContext: own = {} }) =>
          (own.runAsNonRoot ?? pod.runAsNonRoot) !== true || (own.runAsUser ?? pod.runAsUser) === 0,
      ),
  },
  {
    weakness: "privilege-escalation",
    isIn: (_, containers) =>
      containers.some((one) => one.securityContext?.allowPrivilegeEscalation !== false),
  },
  {
    weakness: "privileged",
    isIn: ({ securityContext: pod = {} }, containers) =>
      pod.windowsOptions?.hostProcess === true ||
      containers.some(
        ({ securityContext: own = {} }) =>
          own.privileged === true ||
          own.windowsOptions?.hostProcess === true ||
          (own.procMount !== undefined && own.procMount !== "Default"),
      ),
  },
  {
    weakness: "capabilities",
    isIn: (_, containers) =>
      containers.some(
        ({ securityContext: own = {} }) =>
          !own.capabilities?.drop?.includes("ALL") || (own.capabilities.add ?? []).length > 0,
      ),
  },
  {
    weakness: "seccomp",
    isIn: ({ securityContext: pod = {} }, containers) =>
      containers.some(({ securityContext: own = {} }) => {
        const profile = own.seccompProfile ?? pod.seccompProfile
        return profile?.type !== "RuntimeDefault" && profile?.type !== "Localhost"
      }),
  },
  {
    weakness: "apparmor",
    isIn: ({ securityContext: pod = {} }, containers, { annotations }) =>
      [pod, ...containers.map(({ securityContext: own = {} }) => own)].some(
        ({ appArmorProfile }) =>
          appArmorProfile && !["RuntimeDefault", "Localhost"].includes(appArmorProfile.type),
      ) ||
      Object.entries(annotations).some(
        ([name, profile]) =>
          name.startsWith(appArmorAnnotation) && !/^(?:runtime\/default|localhost\/.*)$/.test(profile),
      ),
  },
  {
    weakness: "selinux",
    isIn: ({ securityContext: pod = {} }, containers) =>
      [pod, ...containers.map(({ securityContext: own = {} }) => own)].some(
        ({ seLinuxOptions: options }) =>
          options && (options.user || options.role || (options.type && !seLinuxTypes.includes(options.type))),
      ),
  },
  {
    weakness: "writable-root",
    isIn: (_, containers) => containers.some((one) => one.securityContext?.readOnlyRootFilesystem !== true),
  },
  {
    weakness: "host-namespaces",
    isIn: (pod, containers) =>
      pod.hostNetwork === true ||
      pod.hostPID === true ||
      pod.hostIPC === true ||
      (pod.securityContext?.sysctls ?? []).length > 0 ||
      containers.some((one) => (one.ports ?? []).some((port) => port.hostPort) || looksElsewhere(one)),
  },
  { weakness: "host-path", isIn: (pod) => (pod.volumes ?? []).some((volume) => volume.hostPath) },
  {
    weakness: "volume-types",
    isIn: (pod) =>
      (pod.volumes ?? []).some((volume) =>
        Object.keys(volume).some((type) => type !== "name" && type !== "hostPath" && !volumeTypes.has(type)),
      ),
  },
  {
    weakness: "service-account-token",
    isIn: (pod, _, { gitSecret }) =>
      pod.automountServiceAccountToken !== false ||
      (pod.volumes ?? []).some((volume) => mayHoldToken(volume, gitSecret)),
  },
]

/** A Secret may be the token of an account, and only the cluster knows which are. */
function mayHoldToken({ secret, projected }: Volume, gitSecret: string | undefined): boolean {
  return (
    (secret !== undefined && secret.secretName !== gitSecret) ||
    (projected?.sources ?? []).some((source) => source.serviceAccountToken || source.secret)
  )
}

/** The kubelet sends what these ask for, from the node and not from the pod. */
function looksElsewhere(container: Container): boolean {
  const { startupProbe, readinessProbe, livenessProbe, lifecycle } = container
  return [startupProbe, readinessProbe, livenessProbe, lifecycle?.postStart, lifecycle?.preStop].some(
    (look) => look?.httpGet?.host || look?.tcpSocket?.host,
  )
}

export function weaknessesOf(pod: PodTemplate, gitSecret?: string): Weakness[] {
  const spec = pod.spec ?? { containers: [] }
  const { containers, initContainers = [], ephemeralContainers = [] } = spec
  const all = [...containers, ...initContainers, ...(ephemeralContainers as Container[])]
  const whole = { annotations: pod.metadata?.annotations ?? {}, gitSecret }
  return checks.filter((check) => check.isIn(spec, all, whole)).map((check) => check.weakness)
}

/** Throws a Problem for a pod that is weaker than the operator said it may be. */
export function refuseWeakness(pod: PodTemplate, template: Template): void {
  const { allowWeaker, gitSecret } = partOf(template)
  const found = weaknessesOf(pod, gitSecret).filter((weakness) => !allowWeaker.includes(weakness))
  if (found.length === 0) return
  throw new Problem(
    "sandbox.refused",
    `The overrides of the template "${template.title}" weaken its pods (${found.join(", ")}). ` +
      "An operator has to take that back, or name it in allowWeaker.",
  )
}
