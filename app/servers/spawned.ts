// What this room has to know of the servers that Sandbar started. app/sandboxes/ says it; without it there are none.
import type { Accessor } from "solid-js"
import type { ProvidedServer } from "../../shared/servers.ts"
import type { MenuItem } from "../ui/menu.tsx"
import type { ServerHealth } from "./server-health.ts"

export type Spawned = {
  servers: Accessor<readonly ProvidedServer[]>
  /** The list of them was answered once: until then, a link to one may lead somewhere. */
  loaded: Accessor<boolean>
  /** What is known without asking the server: it sleeps, starts, or failed. Undefined for one that runs, and for others. */
  health: (id: string) => ServerHealth | undefined
  /** How its row speaks of it; undefined for a server that nobody spawned. */
  row: (id: string) => SpawnedRow | undefined
  /** There may be news. */
  lookNow: () => void
  /** A person opens it: a sleeping one wakes. */
  onOpen: (id: string) => void
  /** Goes to where a new one is made. */
  onNew: () => void
}

export type SpawnedRow = {
  /** Where its files come from. */
  source: string | undefined
  /** Activity, or when it goes to sleep, or that it sleeps. */
  note: string | undefined
  /** The note says all there is: no sentence stands below the row. */
  isQuiet: boolean
  menu: () => readonly MenuItem[]
}
