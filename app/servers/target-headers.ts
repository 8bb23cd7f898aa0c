// How a request says which server it is for. The proxy takes both headers off before it forwards.
import { targetAuthorizationHeader, targetHeader } from "../../shared/paths.ts"
import type { Server } from "./server.ts"

/** What OpenCode expects when nobody chose a user name. */
export const defaultUsername = "opencode"

export function targetHeaders(server: Pick<Server, "url" | "username" | "password">): Record<string, string> {
  const headers: Record<string, string> = { [targetHeader]: server.url }
  if (server.password) {
    const credentials = `${server.username || defaultUsername}:${server.password}`
    headers[targetAuthorizationHeader] = `Basic ${toBase64(credentials)}`
  }
  return headers
}

/** `btoa` takes only Latin-1; passwords are UTF-8 (RFC 7617 §2.1). */
function toBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
