// The person's sandboxes, for everything below. Undefined where this installation spawns none.
import { type Accessor, createContext, useContext } from "solid-js"
import type { ChangeRequest, DeleteRequest, KeptData, Sandbox, SpawnRequest } from "../../shared/sandboxes.ts"
import type { Offer } from "../../shared/templates.ts"
import type { SandboxRequests } from "./sandbox-requests.ts"

/** What a person wants to do to a sandbox and has to be asked about first. */
export type Asked = { kind: "rename" | "delete" | "cancel" | "delete-data" | "adopt"; id: string }

export type Sandboxes = {
  list: Accessor<readonly Sandbox[]>
  data: Accessor<readonly KeptData[]>
  /** How many a person may have; undefined before the first answer. */
  most: Accessor<number | undefined>
  find: (id: string) => Sandbox | undefined
  /** The list was answered once. */
  loaded: Accessor<boolean>
  /** Why the list may be out of date, in one sentence. */
  trouble: Accessor<string | undefined>
  /** The proxy's time in milliseconds, ticking: what countdowns are compared with. */
  now: Accessor<number>
  /** The same, read now; not a signal. */
  timeNow: () => number
  offer: Accessor<Offer | undefined>
  offerTrouble: Accessor<string | undefined>
  loadOffer: () => void
  refresh: () => void
  spawn: (request: SpawnRequest) => Promise<Sandbox>
  wake: (id: string, options?: { force?: boolean }) => Promise<void>
  /** It was asked to, and the list does not say so yet. */
  isWaking: (id: string) => boolean
  /** It was asked for in this tab, and nobody was told yet how it went. Not a signal. */
  isAwaited: (id: string) => boolean
  stop: (id: string) => Promise<void>
  change: (id: string, change: ChangeRequest) => Promise<void>
  remove: (id: string, request: DeleteRequest) => Promise<void>
  /** Resolves when nothing of that id is listed any more, or after `ms`. */
  untilGone: (id: string, ms: number) => Promise<void>
  /** The question that stands on the screen, see sandbox-dialogs.tsx. */
  asked: Accessor<Asked | undefined>
  ask: (asked: Asked | undefined) => void
  /** A screen shows how it starts: no notice is needed. Returns the end of that. */
  attend: (id: string) => () => void
  requests: Pick<SandboxRequests, "branches" | "progress" | "log">
}

const Context = createContext<Sandboxes>()

export const SandboxesProvider = Context.Provider

export function useSandboxes(): Sandboxes | undefined {
  return useContext(Context)
}

/** For screens that exist only where sandboxes do. */
export function useSpawning(): Sandboxes {
  const sandboxes = useContext(Context)
  if (!sandboxes) throw new Error("SandboxesProvider is missing above the component that uses it")
  return sandboxes
}
