// What runs sandboxes. A driver keeps the truth (objects in Kubernetes, files in SANDBAR_HOME) and tells what it sees;
// whose sandbox it is, how many a person may have and what a person reads is decided above it, in service.ts. The
// contract is tested for every driver by the same suite (tests/fakes/driver-contract.ts).
import type { DriverName, Failure, Step, Usage } from "../../shared/sandboxes.ts"
import type { Template } from "./templates/template.ts"

/** What makes a sandbox itself. Stored by the driver as it is, and given back after a restart of the proxy. */
export type SandboxRecord = {
  readonly id: string
  /** A hash of issuer and subject (owner.ts): what may stand in a label. */
  readonly owner: string
  /** As the identity source writes it; null where there is none. */
  readonly ownerName: string | null
  /** What a person calls it; may change. */
  readonly name: string
  /** The part of the identity that tells two sandboxes of one repository and branch apart. */
  readonly slug: string
  readonly repository: string | null
  readonly branch: string | null
  /** An existing directory of this machine. */
  readonly directory: string | null
  readonly template: string
  /** Milliseconds since the epoch, like every time here. */
  readonly createdAt: number
}

/** What a driver sees of one sandbox now. Immutable: a change is a new object. */
export type Observation = {
  readonly record: SandboxRecord
  /** `data`: deleted, its data kept. */
  readonly wanted: "running" | "stopped" | "data" | "nothing"
  /** True as soon as the driver's own checks let traffic through; the service still asks the server itself. */
  readonly up: boolean
  /** Something of it still runs or still exists although it is not wanted. */
  readonly leaving: boolean
  readonly step: Step
  /** When each step of this start was entered, for the steps that this driver has. */
  readonly entered: Readonly<Partial<Record<Step, number>>>
  /** What happens now in the driver's words, where it knows more than the step: "Pulling registry/image". */
  readonly detail?: string
  /** What keeps it from starting. `terminal: false` may still pass by itself. */
  readonly failure?: Failure & { readonly terminal: boolean }
  /** When a person last did something, as far as noteIntent told. */
  readonly intentAt: number
  readonly keepAwakeUntil: number | null
  /** When this run began; undefined while stopped. The maximum life counts from here. */
  readonly startedAt?: number
  /** When its data was set aside, for `wanted: "data"`. */
  readonly keptSince?: number
  readonly dataBytes?: number
  readonly usage?: Usage
  /**
   * It began without any data and nobody could use it yet: `noteUsed` was never called for it. Never true again once it
   * was not, nor for data that was kept. What is seen may be old; `delete` with `ifFresh` decides by what is stored.
   */
  readonly isFresh: boolean
  /** Changes with every change of what is wanted; for `stop` with `ifVersion`. */
  readonly version: string
}

/** Where the server of a sandbox listens, and what a request to it has to carry as `Authorization`. */
export type Endpoint = { readonly origin: string; readonly authorization: string }

export type Capabilities = {
  readonly isolation: { readonly is: "none" | "container" | "pod"; readonly sentence: string }
  readonly localDirectories: boolean
  /** One of them in which the local server works already. */
  readonly sharedDirectory?: string
  /** Which of a template's limits are held; what is not held is not promised. Absent: none. */
  readonly limits?: { readonly cpu: boolean; readonly memory: boolean; readonly storage: boolean }
  /** The steps that a start goes through here, in order. */
  readonly steps: readonly Step[]
}

/** `ensure`, `wake`, `stop`, `delete` and `change` are fulfilled when `seen` tells what they did. */
export type Driver = {
  readonly name: DriverName
  readonly capabilities: Capabilities
  /** Why nothing can be spawned (missing rights, no program), for a person; undefined when it can. */
  unavailable: () => string | undefined
  /** Fulfilled when everything that exists has been seen once. */
  readonly ready: Promise<void>
  /** What was seen last, by id. The map is a view: it changes. */
  readonly seen: ReadonlyMap<string, Observation>
  /** Told the id after every change of `seen`, and when one disappears. Returns what ends it. */
  watch: (onChange: (id: string) => void) => () => void
  /**
   * Asks the source itself, past every cache: for the quota, where another replica may be faster. Without what is only
   * data, and without what is being deleted.
   */
  list: (owner: string) => Promise<readonly SandboxRecord[]>
  /**
   * Makes what the record describes and wants it running. Idempotent: what exists is left or completed and keeps its
   * record; kept data of the same id is used again, under the new record. A refusal that is known at once (quota, policy, rights) rejects with a Problem
   * `sandbox.refused`; whatever turns up later is told by observations.
   */
  ensure: (record: SandboxRecord, template: Template) => Promise<void>
  /**
   * Starts again with the template as it is now; a person's act, so `intentAt` is now. A wake that races a stop wins:
   * its version is new. With `force` also where what ran before cannot be asked whether it still does. Rejects with a
   * Problem `sandbox.unknown` where there is nothing but data, like `stop`.
   */
  wake: (id: string, template: Template, options?: { force?: boolean }) => Promise<void>
  /** Ends what runs, keeps the data. With `ifVersion` only if nobody changed what is wanted since: else "changed". */
  stop: (id: string, options?: { ifVersion?: string }) => Promise<"stopped" | "changed">
  /**
   * Removes the sandbox; its data too where asked, also what an earlier one left. Fulfilled when that is certain to
   * happen, even over a restart, and for what does not exist. With `ifFresh` only if it still is fresh where that is
   * stored, else "used" and nothing was done: of this and a `noteUsed` at the same moment, one fails.
   */
  delete: (id: string, options: { data: "keep" | "delete"; ifFresh?: boolean }) => Promise<"deleted" | "used">
  /**
   * From here on somebody may use it. Fulfilled when it is stored, outliving a crash, that it is not fresh; rejects where
   * that cannot be stored, or it is on its way out. Costs nothing for one that is not fresh anyway.
   */
  noteUsed: (id: string) => Promise<void>
  /** Changes the name, or until when it is kept awake. Does nothing for what does not exist, like `noteIntent`. */
  change: (id: string, change: { name?: string; keepAwakeUntil?: number | null }) => Promise<void>
  /** Keeps when a person last acted; only ever moves forward. The caller calls at most once a minute for one id. */
  noteIntent: (id: string, at: number) => Promise<void>
  /** Undefined while nothing listens there, or it is not wanted running. */
  endpoint: (id: string) => Endpoint | undefined
  /**
   * The last lines and what comes after them, until the signal: one line each, without its end and without colours, at
   * most `tail` old ones.
   */
  logs: (id: string, options: { tail: number; follow: boolean; signal: AbortSignal }) => AsyncIterable<string>
  /** Runs `lead` while this replica is the one that stops idle sandboxes; its signal ends when it no longer is. */
  lead: (lead: (signal: AbortSignal) => Promise<void>) => void
  /** Ends what the driver does; what runs goes on running. */
  close: () => Promise<void>
}
