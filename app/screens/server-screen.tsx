// Everything that belongs to one server stands below its scope; a switch disposes of all of it.
import { useParams } from "@solidjs/router"
import { createComputed, createMemo, type ParentProps, Show } from "solid-js"
import { isSandboxId } from "../../shared/servers.ts"
import { makeServerMemory } from "../connection/last-known.ts"
import { ServerScope } from "../connection/server-scope.tsx"
import type { Server } from "../servers/server.ts"
import { useServers } from "../servers/server-context.tsx"
import { idFromSegment } from "../servers/server-path.ts"
import { OpenServer } from "./open-server.tsx"
import { PendingSandbox } from "./pending-sandbox.tsx"
import { UnknownServer } from "./unknown-server.tsx"

export function ServerScreen(props: ParentProps) {
  const servers = useServers()
  const params = useParams()
  const id = () => idFromSegment(params.server) ?? ""
  const memory = makeServerMemory()
  createComputed(() => memory.keepOnly([...servers.list(), ...servers.hidden()]))
  const isPending = () => isSandboxId(id()) && servers.spawned?.loaded() === false
  const lastActive = createMemo<Server | undefined>((before) => servers.active() ?? before)
  const removed = () => (lastActive()?.id === id() ? lastActive()?.name : undefined)
  return (
    <Show
      when={servers.active()}
      fallback={
        <Show when={isPending()} fallback={<UnknownServer id={id()} removed={removed()} />}>
          <PendingSandbox />
        </Show>
      }
    >
      {(server) => (
        <ServerScope server={server()} memory={memory}>
          <OpenServer>{props.children}</OpenServer>
        </ServerScope>
      )}
    </Show>
  )
}
