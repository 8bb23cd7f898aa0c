import { serverPath } from "../servers/server-path.ts"

/** Where a session opens, as the router knows it: without the prefix. */
export function sessionPath(serverID: string, sessionID: string): string {
  return `${serverPath(serverID).replace(/\/$/, "")}/session/${encodeURIComponent(sessionID)}`
}
