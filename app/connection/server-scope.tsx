// Everything below is thrown away and built anew when another server is opened, or when the open one got
// another address or other credentials. No store outlives its server; nothing is reset by hand.
import { createMemo, type ParentProps, Show } from "solid-js"
import type { Server } from "../servers/server.ts"
import { ConnectionProvider } from "./connection-context.tsx"
import { type ConnectionOptions, createConnection } from "./create-connection.ts"
import type { ServerMemory } from "./last-known.ts"

export type ServerScopeProps = ParentProps<{
  server: Server
  options?: ConnectionOptions
  /** What outlives a switch: plain data, shown again when its server is opened again. */
  memory?: ServerMemory
}>

export function ServerScope(props: ServerScopeProps) {
  // A new name is not a new server.
  const server = createMemo(() => props.server, undefined, { equals: sameConnection })
  return (
    <Show when={server()} keyed>
      {(current) => {
        const lastKnown = props.memory?.of(current)
        const connection = { ...createConnection(current, props.options), ...(lastKnown && { lastKnown }) }
        return <ConnectionProvider value={connection}>{props.children}</ConnectionProvider>
      }}
    </Show>
  )
}

function sameConnection(a: Server, b: Server): boolean {
  return a.id === b.id && a.url === b.url && a.username === b.username && a.password === b.password
}
