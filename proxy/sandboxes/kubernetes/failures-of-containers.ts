// What goes wrong once a pod has its place: images, the clone, and the server itself.
import { type Finding, finding, minute, type Rule, type Scene } from "./finding.ts"
import { initContainer, serverContainer } from "./names.ts"
import { brief } from "./refusal.ts"
import { registryWords } from "./registry-words.ts"
import { newestEvent } from "./sandbox-events.ts"
import { containerStatus } from "./start-position.ts"

type Status = NonNullable<ReturnType<typeof containerStatus>>

const imageReasons = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
])
/** Waiting does not help against these. */
const hopelessImage =
  /not found|manifest unknown|unauthorized|denied|forbidden|no such image|invalid reference|not present with pull policy/i

const statusesOf = ({ pod }: Scene): Status[] =>
  [initContainer, serverContainer].flatMap((name) => containerStatus(pod, name) ?? [])

export const imageMissing: Rule = (scene) => {
  const status = statusesOf(scene).find((one) => imageReasons.has(one.state?.waiting?.reason ?? ""))
  const waiting = status?.state?.waiting
  if (!status || !waiting) return undefined
  // ImagePullBackOff itself says only that it waits; the registry's words stand in the event before it.
  const event = newestEvent(scene, "Pod", ["Failed"], scene.since)
  const words = [waiting.message, event?.message]
    .filter((each) => each && !/^Error: \w+$/.test(each))
    .join("\n")
  const said = registryWords([waiting.message, event?.message], status.image)
  const terminal =
    waiting.reason === "InvalidImageName" ||
    waiting.reason === "ErrImageNeverPull" ||
    hopelessImage.test(words) ||
    scene.now - scene.since > 3 * minute
  return finding(
    "image",
    "pulling",
    `The image ${status.image || "of the template"} cannot be fetched: ${brief(said || (waiting.reason ?? ""))}`,
    ["retry", "operator", "edit"],
    { details: words, terminal },
  )
}

export const notConfigured: Rule = (scene) => {
  const status = statusesOf(scene).find((one) =>
    /^(?:CreateContainerConfigError|CreateContainerError|RunContainerError|PreCreateHookError)$/.test(
      one.state?.waiting?.reason ?? "",
    ),
  )
  const words = status?.state?.waiting?.message
  if (words === undefined) return undefined
  return finding(
    "driver",
    "starting",
    `The container cannot be made: ${brief(words)}. An operator has to look at the template.`,
    ["operator", "edit", "retry"],
    { details: words, terminal: scene.now - scene.since > minute },
  )
}

export const cloneFailed: Rule = (scene) => {
  const status = containerStatus(scene.pod, initContainer)
  const ended = endOf(status)
  if (!status || !ended || ended.exitCode === 0) return undefined
  const words = ended.message?.trim() ?? ""
  if (ended.reason === "OOMKilled") return outOfMemory("cloning", "Git needed more memory than", words)
  if (noSpace.test(words)) return diskFull("cloning", words)
  const repeated = (status.restartCount ?? 0) >= 2
  return finding(
    "clone",
    "cloning",
    `Git could not clone the repository. ${cloneAdvice(words)}`,
    ["edit", "retry"],
    { details: words, terminal: repeated || ended.exitCode === refusedExit || hopelessClone.test(words) },
  )
}

/** clone.sh: what was asked for is refused before git sees it. */
const refusedExit = 64
const noSpace = /no space left on device|disk quota exceeded/i
const hopelessClone =
  /Remote branch .* not found|Authentication failed|could not read (?:Username|Password)|repository .* not found|The requested URL returned error: 40[134]|not valid: is this a git repository/i

function cloneAdvice(words: string): string {
  const last = brief(words.split("\n").filter(Boolean).at(-1) ?? "It said nothing.")
  if (/Remote branch .* not found/i.test(words)) return `Check the branch: ${last}`
  if (/Authentication failed|could not read (?:Username|Password)|error: 40[13]/i.test(words))
    return `It may not be read from here; check the address and the git credentials of the template: ${last}`
  if (/not found|error: 404/i.test(words)) return `Check the address: ${last}`
  return `Git says: ${last}`
}

export const evicted: Rule = ({ pod }) => {
  if (pod?.status?.phase !== "Failed" || pod.status.reason !== "Evicted") return undefined
  const words = pod.status.message ?? ""
  if (/ephemeral|disk|storage|inode/i.test(words)) return diskFull("ready", words)
  if (/memory/i.test(words)) return outOfMemory("ready", "The machine ran out of memory, more than", words)
  return finding("capacity", "ready", `The machine pushed it out: ${brief(words)}`, ["wait", "retry"], {
    details: words,
    terminal: false,
  })
}

export const serverEnds: Rule = (scene) => {
  const status = containerStatus(scene.pod, serverContainer)
  const ended = endOf(status)
  if (!status || !ended) return undefined
  const words = ended.message?.trim() ?? ""
  if (ended.reason === "OOMKilled")
    return outOfMemory("starting", "It needed more memory than", words, (status.restartCount ?? 0) >= 2)
  if (noSpace.test(words)) return diskFull("starting", words)
  const last = words.split("\n").filter(Boolean).at(-1)
  return finding(
    "crash",
    "starting",
    `OpenCode ended by itself (exit code ${ended.exitCode})${last ? `. It said last: ${brief(last)}` : " and said nothing"}`,
    ["retry", "edit", "delete"],
    { details: words, terminal: (status.restartCount ?? 0) >= 3 },
  )
}

/** How a container that does not run now ended last. */
function endOf(status: Status | undefined) {
  if (!status || status.state?.running) return undefined
  return status.state?.terminated ?? status.lastState?.terminated
}

function outOfMemory(step: Finding["step"], what: string, words: string, terminal = true): Finding {
  return finding(
    "out-of-memory",
    step,
    `${what} its template allows. Choose a larger one, or try again.`,
    ["edit", "retry", "operator"],
    { details: words, terminal },
  )
}

function diskFull(step: Finding["step"], words: string): Finding {
  return finding(
    "disk-full",
    step,
    "Its disk is full. Choose a template with more storage, or free some and try again.",
    ["edit", "retry", "delete"],
    { details: words, terminal: true },
  )
}
