// The table of failures: what Kubernetes shows, and what a person is told of it.
import { describe, expect, test } from "vitest"
import type { FailureCode } from "../../../shared/sandboxes.ts"
import { startedAtAnnotation, wokenAtAnnotation } from "./names.ts"
import { observe, type SandboxParts } from "./observe.ts"
import type { KubeEvent, Pod } from "./wire.ts"

const id = "sb-0123456789ab"
const start = Date.parse("2026-03-01T12:00:00Z")
const at = (seconds: number) => new Date(start + seconds * 1_000).toISOString()
const record = {
  id,
  owner: "0123456789abcdef",
  ownerName: null,
  name: "One",
  slug: "one",
  repository: "https://git.example.com/ada/one",
  branch: null,
  directory: null,
  template: "plain",
  createdAt: start,
}
const image = "registry.example.com/sandbox:1"
const annotations = { [startedAtAnnotation]: at(0), [wokenAtAnnotation]: at(0) }
const base: SandboxParts = {
  id,
  namespace: "team-a",
  statefulSet: {
    metadata: { name: id, uid: "set", annotations },
    spec: { replicas: 1, selector: {}, template: {}, serviceName: id },
  },
  claim: { metadata: { uid: "claim" }, spec: { storageClassName: "fast" }, status: { phase: "Bound" } },
  events: [],
}

type Status = Pod["status"] & object
const placed = { type: "PodScheduled", status: "True", lastTransitionTime: at(1) }
const podWith = (status: Status, metadata: object = {}): Pod => ({
  metadata: { name: `${id}-0`, uid: "pod", creationTimestamp: at(0), ...metadata },
  spec: { containers: [], nodeName: "node-1" },
  status: { conditions: [placed], ...status },
})
const unplaced = (message: string): Pod => ({
  metadata: { name: `${id}-0`, uid: "pod", creationTimestamp: at(0) },
  spec: { containers: [] },
  status: { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] },
})
type ContainerStatus = NonNullable<Status["containerStatuses"]>[number]
const container = (name: string, state: object, more: object = {}): ContainerStatus => ({
  name,
  image,
  imageID: "",
  ready: false,
  restartCount: 0,
  state,
  ...more,
})
const server = (state: object, more: object = {}) =>
  podWith({ containerStatuses: [container("opencode", state, more)] })
const clone = (state: object, more: object = {}) =>
  podWith({ initContainerStatuses: [container("clone", state, more)] })
const ended = (exitCode: number, message: string, reason = "Error") => ({
  terminated: { exitCode, message, reason, startedAt: at(2), finishedAt: at(3) },
})
const waiting = (reason: string, message?: string) => ({
  waiting: { reason, ...(message ? { message } : {}) },
})

function event(kind: string, reason: string, message: string, more: Partial<KubeEvent> = {}): KubeEvent {
  const names = { StatefulSet: id, Pod: `${id}-0`, PersistentVolumeClaim: `${id}-data` }
  const involvedObject = { kind, name: names[kind as keyof typeof names] }
  return {
    metadata: { name: reason },
    involvedObject,
    reason,
    message,
    count: 2,
    lastTimestamp: at(5),
    ...more,
  }
}

const failedCreate = (words: string) =>
  event("StatefulSet", "FailedCreate", `create Pod ${id}-0 in StatefulSet ${id} failed error: ${words}`)

const failureOf = (parts: Partial<SandboxParts>, seconds = 10) =>
  observe({ ...base, ...parts }, record, start + seconds * 1_000).failure

type Row = {
  what: string
  parts: Partial<SandboxParts>
  code: FailureCode
  says: RegExp
  terminal: boolean
  after?: number
}

const rows: readonly Row[] = [
  {
    what: "a quota that is used up names itself and how much is used",
    parts: {
      events: [
        failedCreate(
          `pods "${id}-0" is forbidden: exceeded quota: compute, requested: limits.memory=4Gi,pods=1, used: limits.memory=14Gi,pods=5, limited: limits.memory=16Gi,pods=5`,
        ),
      ],
    },
    code: "quota",
    says: /"compute" of the namespace team-a.*limits\.memory 14Gi of 16Gi used, 4Gi asked for; pods 5 of 5 used, 1 asked/,
    terminal: true,
  },
  {
    what: "a quota that wants more said is the operator's business",
    parts: {
      events: [
        failedCreate(`pods "x" is forbidden: failed quota: compute: must specify limits.cpu for: opencode`),
      ],
    },
    code: "quota",
    says: /wants the template to say limits\.cpu/,
    terminal: true,
  },
  {
    what: "Pod Security names the level and the fault",
    parts: {
      events: [
        failedCreate(
          `pods "x" is forbidden: violates PodSecurity "restricted:latest": privileged (container "opencode" must not set securityContext.privileged=true)`,
        ),
      ],
    },
    code: "policy",
    says: /"restricted:latest".*must not set securityContext\.privileged/,
    terminal: true,
  },
  {
    what: "a webhook is told with its reason",
    parts: {
      events: [failedCreate('admission webhook "images.example.com" denied the request: only signed images')],
    },
    code: "policy",
    says: /images\.example\.com\) refuses it: only signed images/,
    terminal: true,
  },
  {
    what: "a storage class that makes no volume may pass, and after two minutes does not",
    parts: {
      claim: { ...base.claim, status: { phase: "Pending" } },
      pod: unplaced("pod has unbound immediate PersistentVolumeClaims"),
      events: [event("PersistentVolumeClaim", "ProvisioningFailed", 'storageclass "fast" not found')],
    },
    code: "volume",
    says: /storage class fast\): storageclass "fast" not found/,
    terminal: false,
  },
  {
    what: "a volume that is attached elsewhere says by whom",
    parts: {
      pod: podWith({}),
      events: [
        event(
          "Pod",
          "FailedAttachVolume",
          'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) other-0',
        ),
      ],
    },
    code: "volume",
    says: /attached to another machine \(in use by other-0\)/,
    terminal: false,
  },
  {
    what: "a ConfigMap that is not there is named",
    parts: {
      pod: podWith({}),
      events: [
        event(
          "Pod",
          "FailedMount",
          'MountVolume.SetUp failed for volume "certificates" : configmap "ca" not found',
        ),
      ],
    },
    code: "volume",
    says: /ConfigMap "ca" that the template names does not exist in the namespace team-a/,
    terminal: true,
    after: 301,
  },
  {
    what: "a volume in another zone is told apart from a full cluster",
    parts: { pod: unplaced("0/3 nodes are available: 3 node(s) had volume node affinity conflict.") },
    code: "volume",
    says: /on a machine, or in a zone/,
    terminal: false,
  },
  {
    what: "a full cluster may have room later",
    parts: { pod: unplaced("0/3 nodes are available: 3 Insufficient memory.") },
    code: "capacity",
    says: /3 Insufficient memory/,
    terminal: false,
  },
  {
    what: "an image that does not exist is named, with the registry's words",
    parts: {
      pod: server(waiting("ImagePullBackOff", `Back-off pulling image "${image}"`)),
      events: [event("Pod", "Failed", `Failed to pull image "${image}": ${image}: not found`)],
    },
    code: "image",
    says: /registry\.example\.com\/sandbox:1 cannot be fetched.*not found/,
    terminal: true,
  },
  {
    what: "a registry that does not answer may answer later",
    parts: { pod: server(waiting("ErrImagePull", "dial tcp: i/o timeout")) },
    code: "image",
    says: /i\/o timeout/,
    terminal: false,
  },
  {
    what: "a name that is no image is told at once",
    parts: { pod: server(waiting("InvalidImageName", "couldn't parse image name")) },
    code: "image",
    says: /couldn't parse/,
    terminal: true,
  },
  {
    what: "a branch that does not exist sends back to the form, with git's words",
    parts: {
      pod: clone(waiting("CrashLoopBackOff"), {
        lastState: ended(128, "Cloning into '/x'...\nfatal: Remote branch nope not found in upstream origin"),
      }),
    },
    code: "clone",
    says: /Check the branch: fatal: Remote branch nope not found/,
    terminal: true,
  },
  {
    what: "a clone that lost its connection is tried again",
    parts: { pod: clone(ended(128, "fatal: unable to access: Could not resolve host")) },
    code: "clone",
    says: /Git says: fatal: unable to access/,
    terminal: false,
  },
  {
    what: "a clone that fills the disk is told as that",
    parts: { pod: clone(ended(128, "fatal: write error: No space left on device")) },
    code: "disk-full",
    says: /disk is full/,
    terminal: true,
  },
  {
    what: "a Secret that is not there is named",
    parts: { pod: server(waiting("CreateContainerConfigError", 'secret "llm" not found')) },
    code: "driver",
    says: /secret "llm" not found/,
    terminal: true,
    after: 61,
  },
  {
    what: "memory that did not suffice is no crash",
    parts: {
      pod: server(waiting("CrashLoopBackOff"), { restartCount: 3, lastState: ended(137, "", "OOMKilled") }),
    },
    code: "out-of-memory",
    says: /more memory than its template allows/,
    terminal: true,
  },
  {
    what: "a crash loop shows the last line",
    parts: {
      pod: server(waiting("CrashLoopBackOff"), {
        restartCount: 3,
        lastState: ended(2, "starting\nError: bad config"),
      }),
    },
    code: "crash",
    says: /exit code 2\)\. It said last: Error: bad config/,
    terminal: true,
  },
  {
    what: "a first crash may pass",
    parts: { pod: server(ended(1, "oops"), { restartCount: 0 }) },
    code: "crash",
    says: /oops/,
    terminal: false,
  },
  {
    what: "an eviction for disk is a full disk",
    parts: {
      pod: podWith({
        phase: "Failed",
        reason: "Evicted",
        message: "Pod ephemeral local storage usage exceeds the total limit",
      }),
    },
    code: "disk-full",
    says: /disk is full/,
    terminal: true,
  },
  {
    what: "a pod that should have ended long ago is on a lost machine, and only force helps",
    parts: { pod: podWith({}, { deletionTimestamp: at(0) }) },
    code: "node-lost",
    says: /node-1 does not answer.*data can be damaged/,
    terminal: true,
    after: 31,
  },
  {
    what: "a machine that has stopped answering may come back",
    parts: {
      pod: podWith({ conditions: [placed, { type: "Ready", status: "False", lastTransitionTime: at(4) }] }),
      events: [event("Pod", "NodeNotReady", "Node is not ready")],
    },
    code: "node-lost",
    says: /node-1 has stopped answering/,
    terminal: false,
  },
  {
    what: "a volume whose storage is gone is told",
    parts: { claim: { ...base.claim, status: { phase: "Lost" } } },
    code: "volume",
    says: /no longer exists/,
    terminal: true,
  },
  {
    what: "whatever lasts half an hour is told",
    parts: { pod: podWith({}) },
    code: "timeout",
    says: /within 30 minutes/,
    terminal: true,
    after: 1_801,
  },
]

describe("failures", () => {
  test("a volume that only seems lost while controllers catch up is none", () => {
    const lost = { claim: { ...base.claim, status: { phase: "Lost" } }, lostSince: start + 60_000 }
    const pod = unplaced('persistentvolumeclaim "x-data" bound to non-existent persistentvolume "pv-1"')
    expect(failureOf({ ...lost, pod }, 64)).toBeUndefined()
    expect(failureOf({ ...lost, pod }, 65)).toMatchObject({ code: "volume", terminal: true })
  })

  for (const { what, parts, code, says, terminal, after } of rows)
    test(what, () => {
      const found = failureOf(parts, after)
      expect(found).toMatchObject({ code, terminal })
      expect(found?.sentence).toMatch(says)
      expect(found?.remedies.length).toBeGreaterThan(0)
    })

  test("of an earlier run do not count", () => {
    const old = {
      ...failedCreate("exceeded quota: q, requested: a=1, used: a=1, limited: a=1"),
      lastTimestamp: at(-2),
    }
    expect(failureOf({ events: [old] })).toBeUndefined()
  })

  test("of an earlier pod do not count", () => {
    const involvedObject = { kind: "Pod", name: `${id}-0`, uid: "another" }
    const events = [event("Pod", "FailedMount", "cannot mount", { involvedObject })]
    expect(failureOf({ pod: podWith({}), events })).toBeUndefined()
  })

  test("that the controller meets while the pod before still ends are none", () => {
    expect(
      failureOf({ events: [failedCreate(`object is being deleted: pods "${id}-0" already exists`)] }),
    ).toBeUndefined()
  })

  test("are not told of a mount that the kubelet tried once", () => {
    const events = [event("Pod", "FailedMount", "object was not registered", { count: 1 })]
    expect(failureOf({ pod: podWith({}), events })).toBeUndefined()
  })

  test("keep at most 8 KiB of details", () => {
    const found = failureOf({ pod: server(ended(1, "x".repeat(20_000))) })
    expect(found?.details.length).toBeLessThanOrEqual(8_192)
    expect(found?.sentence.length).toBeLessThan(500)
  })
})
