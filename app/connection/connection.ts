// What lives while one server is open, as the features see it.
import type { Event, OpencodeClient } from "@opencode-ai/sdk/v2/client"
import type { Accessor } from "solid-js"
import type { Server } from "../servers/server.ts"
import type { LastKnown } from "./last-known.ts"

/** A server's event, by OpenCode's types; named so that it is never mistaken for the DOM's Event. */
export type ServerEvent = Event

export type LinkState = "connecting" | "live" | "retrying" | "offline" | "refused"

export type Link = {
  state: Accessor<LinkState>
  /** Why the link is not live yet or any more, in one sentence; undefined while it is, and at first. */
  reason: Accessor<string | undefined>
  retryNow: () => void
  /** Registers a store for events and resyncs; ends with the caller's Solid owner. */
  follow: (follower: Follower) => void
}

/** A store that is fed by the link. */
export type Follower = {
  /** Called at most once per animation frame, in the order of arrival. */
  apply: (events: readonly ServerEvent[]) => void
  /**
   * Fetches what the store shows, after every (re)connection and after the subscription stands. The function
   * it returns merges the answer, keeping whatever `apply` touched since the fetch began; it is called together with
   * those of the other stores, so that the view changes once.
   */
  resync: (signal: AbortSignal) => Promise<() => void>
}

export type Connection = {
  server: Server
  client: OpencodeClient
  link: Link
  /** From an earlier visit; absent where nothing is remembered. */
  lastKnown?: LastKnown
}
