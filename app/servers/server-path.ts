// Where a server stands in our URLs, for the router: without the prefix.

import {
  isSandboxId,
  localServerId,
  localServerUrl,
  type Normalised,
  normaliseServerUrl,
} from "../../shared/servers.ts"
import type { Server } from "./server.ts"

export function serverPath(id: string): string {
  return `/s/${id}/`
}

/** Some programs percent-encode the colon of a link that passes through them. */
export function idFromSegment(segment: string | undefined): string | undefined {
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** What a person reads as the address: `host:port`, or nothing where there is none to type. */
export function serverAddress(server: Pick<Server, "id">): string | undefined {
  return server.id === localServerId || isSandboxId(server.id) ? undefined : server.id
}

/** The address that a link to an unknown server stands for. The embedded server and sandboxes cannot be added. */
export function urlFromId(id: string): Normalised {
  if (id === localServerId) return { ok: false, reason: "This Sandbar runs no local server." }
  if (isSandboxId(id))
    return { ok: false, reason: "It was deleted, or it is somebody else’s: you have no sandbox of that id." }
  const normalised = normaliseServerUrl(id)
  if (normalised.ok && normalised.url === localServerUrl)
    return { ok: false, reason: "“local” is a reserved name." }
  return normalised
}
