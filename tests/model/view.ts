// What one tab shows, without the pixels: the server's scope, its link, the chat and the asks, put together as
// the screens do it.
import { batch, createComponent, createMemo, createRoot, createSignal } from "solid-js"
import type { Asks } from "../../app/asks/ask.ts"
import { createAsks } from "../../app/asks/create-asks.ts"
import type { TabLocks } from "../../app/base/tab-lock.ts"
import type { Chat } from "../../app/chat/chat.ts"
import { createChat } from "../../app/chat/create-chat.ts"
import { makeIds } from "../../app/chat/message-id.ts"
import type { Clock } from "../../app/connection/clock.ts"
import type { Connection } from "../../app/connection/connection.ts"
import { useConnection } from "../../app/connection/connection-context.tsx"
import type { ConnectionOptions } from "../../app/connection/create-connection.ts"
import type { ServerMemory } from "../../app/connection/last-known.ts"
import { ServerScope } from "../../app/connection/server-scope.tsx"
import type { Server } from "../../app/servers/server.ts"

export type OpenedServer = {
  connection: Connection
  chat: Chat
  asks: Asks
  opened: () => ReturnType<Chat["openSession"]> | undefined
}

export type View = {
  server: () => Server
  sessionID: () => string | undefined
  /** Everything of the open server; another object after a switch. */
  now: () => OpenedServer
  show: (sessionID: string | undefined) => void
  switchTo: (server: Server) => void
  close: () => void
}

export type ViewOptions = {
  clock: Clock
  random: () => number
  locks: TabLocks | undefined
  /** What outlives a switch. */
  memory: ServerMemory
  connection: Omit<ConnectionOptions, "clock" | "random">
}

export function openView(first: Server, options: ViewOptions): View {
  const { clock, random, locks } = options
  return createRoot((close) => {
    const [server, setServer] = createSignal(first)
    const [sessionID, show] = createSignal<string>()
    let current: OpenedServer | undefined

    const Screen = () => {
      const connection = useConnection()
      const chat = createChat(connection, {
        clock,
        locks,
        makeId: makeIds(clock.now, random),
      })
      const asks = createAsks(connection)
      // One session after the other is the same screen with another id.
      const isOpen = createMemo(() => sessionID() !== undefined)
      const shownID = createMemo<string>((last) => sessionID() ?? last, "")
      const opened = createMemo(() => (isOpen() ? chat.openSession(shownID) : undefined))
      current = { connection, chat, asks, opened }
      return undefined
    }
    const scope = createComponent(ServerScope, {
      get server() {
        return server()
      },
      options: { ...options.connection, clock, random },
      memory: options.memory,
      get children() {
        return createComponent(Screen, {})
      },
    }) as unknown as () => unknown
    createMemo(() => scope())

    return {
      server,
      sessionID,
      now: () => current as OpenedServer,
      show: (id) => void show(id),
      switchTo: (next) =>
        batch(() => {
          show(undefined)
          setServer(next)
        }),
      close,
    }
  })
}
