// What keeps a pod from being made, placed, and given its volume.
import { finding, minute, type Rule } from "./finding.ts"
import { initContainer, serverContainer } from "./names.ts"
import { brief, refusalOf } from "./refusal.ts"
import { newestEvent, timeOfEvent } from "./sandbox-events.ts"
import { conditionOf, containerStatus } from "./start-position.ts"
import { timeOf } from "./wire.ts"

/** A new object is seen a moment after the one that needs it, and controllers that were away catch up. */
const settleMs = 5_000

export const volumeGone: Rule = ({ statefulSet, claim, pod, since, now }) => {
  const runs = containerStatus(pod, serverContainer)?.state?.running !== undefined
  if (!statefulSet || claim || runs || now - since < settleMs) return undefined
  return finding(
    "gone",
    "volume",
    "Somebody deleted its volume in the cluster, and its data with it. Start it again with an empty one.",
    ["retry", "delete"],
    { details: "The PersistentVolumeClaim does not exist.", terminal: true },
  )
}

export const volumeLost: Rule = ({ claim, lostSince, since, now }) => {
  if (claim?.status?.phase !== "Lost" || now - (lostSince ?? since) < settleMs) return undefined
  return finding(
    "volume",
    "volume",
    `The storage behind its volume (${claim.spec?.volumeName ?? "unknown"}) no longer exists. An operator may be able to bring it back.`,
    ["operator", "delete"],
    { details: "The PersistentVolumeClaim is in the phase Lost.", terminal: true },
  )
}

export const notMade: Rule = (scene) => {
  if (scene.pod) return undefined
  const event = newestEvent(scene, "StatefulSet", ["FailedCreate"], scene.since)
  const words = event?.message ?? ""
  // The pod of the run before is still ending; the controller tries again.
  if (!event || /already exists|object is being deleted/.test(words)) return undefined
  const { code, sentence, remedies } = refusalOf(words, scene.namespace)
  return finding(code, "queued", sentence, remedies, { details: words, terminal: true })
}

/** The kubelet of a lost node never says that the pod has ended, so nothing may take its place on the volume. */
export const nodeLost: Rule = (scene) => {
  const { pod, now } = scene
  const overdue = timeOf(pod?.metadata?.deletionTimestamp)
  const node = pod?.spec?.nodeName ?? "its machine"
  if (overdue !== undefined) {
    if (now - overdue < minute / 2 || pod?.spec?.nodeName === undefined) return undefined
    return finding(
      "node-lost",
      "scheduled",
      `The machine ${node} does not answer, so nobody knows whether the sandbox still runs there. Wait for it, or force a new start: if it does still run, its data can be damaged.`,
      ["wait", "force", "operator"],
      { details: `The pod should have ended at ${pod?.metadata?.deletionTimestamp}.`, terminal: true },
    )
  }
  const ready = conditionOf(pod, "Ready")
  const unheard = newestEvent(
    scene,
    "Pod",
    ["NodeNotReady"],
    timeOf(ready?.lastTransitionTime) ?? scene.since,
  )
  if (!unheard || ready?.status === "True") return undefined
  return finding(
    "node-lost",
    "ready",
    `The machine ${node} has stopped answering. The cluster gives it some minutes before it starts the sandbox elsewhere.`,
    ["wait", "operator"],
    { details: unheard.message, terminal: false },
  )
}

export const notPlaced: Rule = (scene) => {
  const scheduled = conditionOf(scene.pod, "PodScheduled")
  if (!scene.pod || scheduled?.status !== "False" || scheduled.reason !== "Unschedulable") return undefined
  const words = scheduled.message ?? ""
  if (/unbound immediate PersistentVolumeClaims|bound to non-existent persistentvolume/.test(words))
    return undefined
  const waited = scene.now - scene.since
  if (/persistentvolumeclaim "[^"]+" (?:not found|is being deleted)/.test(words))
    return waited < settleMs
      ? undefined
      : finding(
          "volume",
          "volume",
          "Its volume is being deleted. Wait until that is done, then start it again.",
          ["wait", "retry"],
          { details: words, terminal: true },
        )
  if (/volume node affinity conflict|node\(s\) had no available volume zone/.test(words))
    return finding(
      "volume",
      "volume",
      `Its volume is on a machine, or in a zone, that has no room for it now: ${brief(words)}`,
      ["wait", "operator"],
      { details: words, terminal: waited > 5 * minute },
    )
  // Adding a machine takes minutes and is no failure.
  if (newestEvent(scene, "Pod", ["TriggeredScaleUp"], scene.since)) return undefined
  return finding(
    "capacity",
    "scheduled",
    `No machine of the cluster has room for it now: ${brief(words)}`,
    ["wait", "free", "edit", "operator"],
    { details: words, terminal: waited > 10 * minute },
  )
}

export const notProvisioned: Rule = (scene) => {
  if (scene.claim?.status?.phase === "Bound") return undefined
  const event = newestEvent(scene, "PersistentVolumeClaim", ["ProvisioningFailed"], scene.since)
  if (!event || scene.now - scene.since < settleMs) return undefined
  const storageClass = scene.claim?.spec?.storageClassName
  return finding(
    "volume",
    "volume",
    `The cluster cannot make its volume${storageClass ? ` (storage class ${storageClass})` : ""}: ${brief(event.message ?? "")}`,
    ["retry", "operator"],
    { details: event.message, terminal: scene.now - scene.since > 2 * minute },
  )
}

export const notMounted: Rule = (scene) => {
  const begun = [initContainer, serverContainer].some((name) => {
    const status = containerStatus(scene.pod, name)
    return status?.state?.running || status?.state?.terminated || status?.lastState?.terminated
  })
  const event = newestEvent(
    scene,
    "Pod",
    ["FailedAttachVolume", "FailedMount", "FailedMapVolume"],
    scene.since,
  )
  // What the kubelet tries once and then succeeds with is nobody's trouble.
  if (!event || begun || (event.count ?? 1) < 2) return undefined
  const words = event.message ?? ""
  const terminal = scene.now - scene.since > 5 * minute
  const missing = /(configmap|secret) "([^"]+)" not found/.exec(words)
  if (missing)
    return finding(
      "volume",
      "volume",
      `The ${missing[1] === "secret" ? "Secret" : "ConfigMap"} "${missing[2]}" that the template names does not exist in the namespace ${scene.namespace}. An operator has to make it.`,
      ["operator", "edit"],
      { details: words, terminal },
    )
  if (/Multi-Attach error/.test(words))
    return finding(
      "volume",
      "volume",
      `Its volume is still attached to another machine${usedBy(words)}. That ends by itself once the run there has ended.`,
      ["wait", "operator"],
      { details: words, terminal },
    )
  return finding("volume", "volume", `Its volume cannot be mounted: ${brief(words)}`, ["wait", "operator"], {
    details: words,
    terminal,
  })
}

function usedBy(words: string): string {
  const pods = /used by pod\(s\) ([^\n]+)/.exec(words)?.[1]
  return pods ? ` (in use by ${pods.trim()})` : ""
}

export const tooLong: Rule = ({ since, now, events }) => {
  const most = 30
  if (now - since < most * minute) return undefined
  const last = [...events].sort((left, right) => timeOfEvent(right) - timeOfEvent(left))[0]
  return finding(
    "timeout",
    "starting",
    `It has not started within ${most} minutes. Look at the log, then try again.`,
    ["retry", "operator"],
    { details: last?.message, terminal: true },
  )
}
