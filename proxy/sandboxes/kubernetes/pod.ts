// The pod of a sandbox. As it stands it passes the `restricted` Pod Security Standard, with a read-only root file system
// and without an account of the cluster on top.
import { repositoryName } from "../../../shared/repository.ts"
import type { SandboxRecord } from "../driver.ts"
import { opencodeConfig } from "../opencode-config.ts"
import type { Template } from "../templates/template.ts"
import {
  claimName,
  homeDirectory,
  initContainer,
  passwordKey,
  roleLabel,
  sandboxRole,
  serverContainer,
  serverPort,
} from "./names.ts"
import { partOf } from "./namespaces.ts"
import { labelsOf } from "./stored-record.ts"
import { mergeStrategically } from "./strategic-merge.ts"
import { refuseWeakness } from "./weaknesses.ts"
import type { Container, PodSpec, PodTemplate } from "./wire.ts"

type Variable = NonNullable<Container["env"]>[number]
type Volume = NonNullable<PodSpec["volumes"]>[number]
type Mount = NonNullable<Container["volumeMounts"]>[number]

const certificates = "/etc/sandbar/certificates"
const gitCredentials = "/etc/sandbar/git"
const temporarySize = "1Gi"
const cloneDepth = 50

/** Throws a Problem when the template's overrides weaken the pod without being allowed to. */
export function podOf(record: SandboxRecord, template: Template): PodTemplate {
  const plain = { metadata: { labels: podLabels(record) }, spec: specOf(record, template) } as PodTemplate
  const merged = mergeStrategically(plain, partOf(template).podOverrides ?? {}) as PodTemplate
  const pod = record.repository === null ? withoutClone(merged) : merged
  // What finds the pod again is not the template's to change.
  const labels = { ...pod.metadata?.labels, ...podLabels(record) }
  const whole = { ...pod, metadata: { ...pod.metadata, labels } } as PodTemplate
  refuseWeakness(whole, template)
  return whole
}

/** What a template says about the clone would be a container of its own where nothing is cloned. */
function withoutClone(pod: PodTemplate): PodTemplate {
  const initContainers = pod.spec?.initContainers?.filter(({ name }) => name !== initContainer)
  if (initContainers === undefined) return pod
  return { ...pod, spec: { ...pod.spec, initContainers } } as PodTemplate
}

function podLabels(record: SandboxRecord): Record<string, string> {
  return { ...labelsOf(record), [roleLabel]: sandboxRole }
}

function specOf(record: SandboxRecord, template: Template): PodSpec {
  const part = partOf(template)
  return {
    // A token of the cluster in the hands of an agent is one too many.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 10,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...(part.serviceAccount === undefined ? {} : { serviceAccountName: part.serviceAccount }),
    ...(part.imagePullSecrets.length === 0
      ? {}
      : { imagePullSecrets: part.imagePullSecrets.map((name) => ({ name })) }),
    ...(Object.keys(part.nodeSelector).length === 0 ? {} : { nodeSelector: { ...part.nodeSelector } }),
    ...(part.tolerations.length === 0 ? {} : { tolerations: [...part.tolerations] }),
    ...(record.repository === null ? {} : { initContainers: [cloneContainer(record, template)] }),
    containers: [openCodeContainer(record, template)],
    volumes: volumesOf(record, template),
  } as PodSpec
}

function cloneContainer(record: SandboxRecord, template: Template): Container {
  const { gitHosts } = template
  const { gitSecret } = partOf(template)
  return {
    ...common(template),
    name: initContainer,
    command: ["/opt/sandbar/clone.sh"],
    env: [
      ...baseVariables(record, template),
      { name: "SANDBAR_REPOSITORY", value: literally(record.repository ?? "") },
      ...(record.branch === null ? [] : [{ name: "SANDBAR_BRANCH", value: literally(record.branch) }]),
      // The script looks again: the record may have been made when the template allowed more.
      ...(gitHosts.length === 0 ? [] : [{ name: "SANDBAR_GIT_HOSTS", value: gitHosts.join(" ") }]),
      { name: "SANDBAR_CLONE_DEPTH", value: String(cloneDepth) },
      ...(gitSecret === undefined ? [] : [{ name: "SANDBAR_GIT_CREDENTIALS", value: gitCredentials }]),
    ],
    volumeMounts: [
      ...mountsOf(template),
      ...(gitSecret === undefined ? [] : [{ name: "git", mountPath: gitCredentials, readOnly: true }]),
    ],
  }
}

function openCodeContainer(record: SandboxRecord, template: Template): Container {
  return {
    ...common(template),
    // The image's own entry point: it reaps what the agent leaves behind and runs start.sh.
    name: serverContainer,
    env: withoutDoubles([...serverVariables(record, template), ...baseVariables(record, template)]),
    ports: [{ name: "opencode", containerPort: serverPort, protocol: "TCP" }],
    volumeMounts: mountsOf(template),
    // With a password, plain HTTP is 401: the port is what a kubelet can look at. The proxy asks for the health itself.
    startupProbe: { tcpSocket: { port: serverPort }, periodSeconds: 1, failureThreshold: 180 },
    readinessProbe: { tcpSocket: { port: serverPort }, periodSeconds: 5, failureThreshold: 3 },
    livenessProbe: { tcpSocket: { port: serverPort }, periodSeconds: 20, failureThreshold: 6 },
  }
}

function common(template: Template) {
  const { image, imagePullPolicy } = partOf(template)
  const { cpu, memory, ephemeralStorage } = template.resources
  return {
    image,
    ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
    resources: {
      requests: {
        cpu: cpu.request,
        memory: memory.request,
        "ephemeral-storage": ephemeralStorage.request,
      },
      limits: { cpu: cpu.limit, memory: memory.limit, "ephemeral-storage": ephemeralStorage.limit },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    // Whatever a container said last stands in its status, where a person finds it without rights to the log.
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "FallbackToLogsOnError",
  }
}

function baseVariables(record: SandboxRecord, template: Template): Variable[] {
  const { caBundle } = partOf(template)
  const file = caBundle && `${certificates}/${caBundle.key}`
  const trusting = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "GIT_SSL_CAINFO"]
  return [
    { name: "HOME", value: homeDirectory },
    { name: "SANDBAR_DIRECTORY", value: directoryOf(record) },
    ...(file === undefined ? [] : trusting.map((name) => ({ name, value: file }))),
  ]
}

/** Kubernetes replaces `$(NAME)` by a variable and `$$` by `$`. Doubling every `$` keeps a person's words as they are. */
function literally(value: string): string {
  return value.replaceAll("$", () => "$$")
}

function directoryOf({ repository }: SandboxRecord): string {
  return `${homeDirectory}/${repository === null ? "project" : repositoryName(repository)}`
}

function serverVariables(record: SandboxRecord, template: Template): Variable[] {
  const config = opencodeConfig(template)
  const keys = template.providers.flatMap(({ key }) => (key?.secret ? [{ ...key, secret: key.secret }] : []))
  return [
    ...Object.entries(template.environment).map(([name, value]) => ({ name, value })),
    ...keys.map(({ variable, secret }) => ({
      name: variable,
      valueFrom: { secretKeyRef: { name: secret.name, key: secret.key } },
    })),
    { name: "OPENCODE_DISABLE_AUTOUPDATE", value: "1" },
    ...(config === undefined ? [] : [{ name: "OPENCODE_CONFIG_CONTENT", value: config }]),
    {
      name: "OPENCODE_SERVER_PASSWORD",
      valueFrom: { secretKeyRef: { name: record.id, key: passwordKey } },
    },
  ]
}

/** Two providers may share a key, and a variable that stands twice is refused by server-side apply. The last one counts. */
function withoutDoubles(variables: readonly Variable[]): Variable[] {
  return [...new Map(variables.map((variable) => [variable.name, variable])).values()]
}

function volumesOf(record: SandboxRecord, template: Template): Volume[] {
  const { caBundle, gitSecret } = partOf(template)
  const needsGit = gitSecret !== undefined && record.repository !== null
  return [
    { name: "data", persistentVolumeClaim: { claimName: claimName(record.id) } },
    { name: "tmp", emptyDir: { sizeLimit: temporarySize } },
    ...(caBundle === undefined ? [] : [{ name: "certificates", configMap: { name: caBundle.name } }]),
    // Readable for the group that the volume gets, and for nobody else.
    ...(needsGit ? [{ name: "git", secret: { secretName: gitSecret, defaultMode: 0o440 } }] : []),
  ]
}

function mountsOf(template: Template): Mount[] {
  const { caBundle } = partOf(template)
  return [
    { name: "data", mountPath: homeDirectory },
    { name: "tmp", mountPath: "/tmp" },
    ...(caBundle === undefined ? [] : [{ name: "certificates", mountPath: certificates, readOnly: true }]),
  ]
}
