// What a pod gives up of the `restricted` Pod Security Standard and of what Sandbar asks for beyond it. A template's
// overrides may do so only where the operator has named it.
import { Problem } from "../../../shared/problems.ts"
import type { Template, Weakness } from "../templates/template.ts"
import { partOf } from "./namespaces.ts"
import type { Container, PodSpec, PodTemplate } from "./wire.ts"

type Check = { weakness: Weakness; isIn: (pod: PodSpec, containers: readonly Container[]) => boolean }

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
    isIn: (_, containers) =>
      containers.some(
        ({ securityContext: own = {} }) =>
          own.privileged === true || (own.procMount !== undefined && own.procMount !== "Default"),
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
      containers.some((one) => (one.ports ?? []).some((port) => port.hostPort)),
  },
  { weakness: "host-path", isIn: (pod) => (pod.volumes ?? []).some((volume) => volume.hostPath) },
  {
    weakness: "service-account-token",
    isIn: (pod) =>
      pod.automountServiceAccountToken !== false ||
      (pod.volumes ?? []).some((volume) =>
        (volume.projected?.sources ?? []).some((source) => source.serviceAccountToken),
      ),
  },
]

export function weaknessesOf(pod: PodTemplate): Weakness[] {
  const spec = pod.spec ?? { containers: [] }
  const containers = [...spec.containers, ...(spec.initContainers ?? [])]
  return checks.filter((check) => check.isIn(spec, containers)).map((check) => check.weakness)
}

/** Throws a Problem for a pod that is weaker than the operator said it may be. */
export function refuseWeakness(pod: PodTemplate, template: Template): void {
  const allowed = partOf(template).allowWeaker
  const found = weaknessesOf(pod).filter((weakness) => !allowed.includes(weakness))
  if (found.length === 0) return
  throw new Problem(
    "sandbox.refused",
    `The overrides of the template "${template.title}" weaken its pods (${found.join(", ")}). ` +
      "An operator has to take that back, or name it in allowWeaker.",
  )
}
