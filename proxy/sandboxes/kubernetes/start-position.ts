// How far a start has come, and when each step of it began.
import type { Step } from "../../../shared/sandboxes.ts"
import { initContainer, serverContainer } from "./names.ts"
import type { SandboxObjects } from "./sandbox-events.ts"
import { type Pod, timeOf } from "./wire.ts"

export type StartPosition = {
  readonly step: Step
  readonly entered: Readonly<Partial<Record<Step, number>>>
}

type Status = NonNullable<NonNullable<Pod["status"]>["containerStatuses"]>[number]

export function conditionOf(pod: Pod | undefined, type: string) {
  return pod?.status?.conditions?.find((condition) => condition.type === type)
}

export function containerStatus(pod: Pod | undefined, name: string): Status | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod?.status ?? {}
  return [...initContainerStatuses, ...containerStatuses].find((status) => status.name === name)
}

export function isReady(pod: Pod | undefined): boolean {
  return conditionOf(pod, "Ready")?.status === "True" && pod?.metadata?.deletionTimestamp === undefined
}

/** A class that waits for the pod to have a node binds its volume then; until then nothing is wrong and nothing to wait for. */
function waitsForVolume({ claim, events }: SandboxObjects): boolean {
  if (claim?.status?.phase === "Bound") return false
  return !events.some(
    (event) => event.reason === "WaitForFirstConsumer" || event.reason === "WaitForPodScheduled",
  )
}

/** `since`: when this run was asked for. */
export function startPosition(objects: SandboxObjects, since: number): StartPosition {
  const { pod } = objects
  const entered: Partial<Record<Step, number>> = { queued: since }
  if (!pod || pod.metadata?.deletionTimestamp) return { step: "queued", entered }
  // Whole seconds from Kubernetes must not lie before what led to them.
  let latest = since
  const enter = (step: Step, at: number | undefined): Step => {
    latest = Math.max(latest, at ?? latest)
    entered[step] = latest
    return step
  }
  const made = timeOf(pod.metadata?.creationTimestamp)
  enter("volume", made)
  const scheduled = conditionOf(pod, "PodScheduled")
  if (scheduled?.status !== "True" && waitsForVolume(objects)) return { step: "volume", entered }
  let step = enter("scheduled", made)
  if (scheduled?.status !== "True" && pod.spec?.nodeName === undefined) return { step, entered }
  step = enter("pulling", timeOf(scheduled?.lastTransitionTime))
  const clone = beganAt(containerStatus(pod, initContainer))
  const server = beganAt(containerStatus(pod, serverContainer))
  if (clone !== undefined) step = enter("cloning", clone)
  const cloned = endedWell(containerStatus(pod, initContainer))
  if (cloned !== undefined || server !== undefined) step = enter("starting", cloned ?? server)
  if (isReady(pod)) step = enter("ready", timeOf(conditionOf(pod, "Ready")?.lastTransitionTime))
  return { step, entered }
}

function beganAt(status: Status | undefined): number | undefined {
  const { state, lastState } = status ?? {}
  return (
    timeOf(state?.running?.startedAt) ??
    timeOf(state?.terminated?.startedAt) ??
    timeOf(lastState?.terminated?.startedAt)
  )
}

function endedWell(status: Status | undefined): number | undefined {
  const ended = status?.state?.terminated
  return ended?.exitCode === 0 ? timeOf(ended.finishedAt) : undefined
}
