// The servers a person can pick, for everything below.
import type { Accessor, ParentProps } from "solid-js"
import { defineContext } from "../base/define-context.ts"
import { createServers, type ServersOptions } from "./create-servers.ts"
import type { MergeCounts, ReadList } from "./list-file.ts"
import type { Server } from "./server.ts"
import type { ServerHealth } from "./server-health.ts"
import type { ServerEntry } from "./server-list.ts"
import type { Spawned } from "./spawned.ts"

export type Servers = {
  /** Without the hidden ones; provided servers first. */
  list: Accessor<Server[]>
  hidden: Accessor<Server[]>
  /** The one in the URL, when this browser knows it. */
  active: Accessor<Server | undefined>
  /** The one that was open last, while the URL names none: where a person comes from and may want to go back to. */
  lastActive: Accessor<Server | undefined>
  default: Accessor<Server | undefined>
  /** Hidden ones too: a link to one still works. */
  find: (id: string) => Server | undefined
  add: (entry: ServerEntry) => void
  /** Of a provided server, only the credentials change. */
  edit: (id: string, entry: ServerEntry) => void
  /** Returns the way back. */
  remove: (id: string) => () => void
  hide: (id: string) => void
  show: (id: string) => void
  setDefault: (id: string) => void
  /** Forgets the password in every tab and on this device. */
  signOut: (id: string) => void
  /** Whether the password is kept on this device after the browser is closed. */
  remembers: (id: string) => boolean
  /** Why no password can be kept on this device, in a sentence. */
  cannotRemember: () => string | undefined
  /** Whether a password of an earlier version lies in the storage in plain text. */
  liesPlain: (id: string) => boolean
  /** The list as a file, without secrets. */
  exportList: () => string
  /** Adds what the file has and the list has not. */
  importList: (list: ReadList) => { counts: MergeCounts; undo?: (() => void) | undefined }
  health: (id: string) => ServerHealth
  /** All of them, or one. */
  probeNow: (id?: string) => void
  /** Undefined where none can be spawned. */
  spawned: Spawned | undefined
}

const [Provider, useServers] = defineContext<Servers>("ServersProvider")

export { useServers }

export function ServersProvider(props: ParentProps<{ options: ServersOptions }>) {
  return <Provider value={createServers(props.options)}>{props.children}</Provider>
}
