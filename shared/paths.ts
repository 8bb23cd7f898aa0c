// Paths and headers that the UI and the proxy must agree on. All paths are relative to the prefix.

/** Forwarded to the target: everything after this. */
export const forwardPath = "api/proxy/"
/** Where a WebSocket begins: a browser can send no header of ours with one, so it fetches a ticket first. */
export const ticketPath = "api/proxy/ticket"
/** Asks one server what is wrong with it, if anything (shared/probe.ts). */
export const probePath = "api/probe"
export const uiConfigPath = "api/config"
/** Spawning and listing sandboxes (shared/sandboxes.ts); below it `/:id`, `/:id/wake`, `/:id/progress` … */
export const sandboxesPath = "api/sandboxes"

/** Which server a forwarded request goes to, as an origin: `http://host:port`. */
export const targetHeader = "x-target-server"
/** Credentials for the target; the proxy sends them on as `Authorization`. */
export const targetAuthorizationHeader = "x-target-authorization"
/** Set on answers that the target gave, absent on answers of the proxy itself. */
export const fromTargetHeader = "x-sandbar-from-target"
