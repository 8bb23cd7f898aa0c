// The noun "Server": an OpenCode server that a person can pick.
import * as v from "valibot"

/**
 * The address of the embedded server. No such host exists: the proxy knows the real port and the password,
 * both of which change when the server restarts.
 */
export const localServerUrl = "http://local"
export const localServerId = "local"

/** Names in Kubernetes begin with a letter; the rest is an HMAC in hex. An identifier, not a secret. */
export const sandboxIdShape = /^sb-[0-9a-f]{12,20}$/
export const isSandboxId = (text: string): boolean => sandboxIdShape.test(text)

const sandboxSuffix = ".sandbox"

/**
 * The address by which a browser names a sandbox's server. No such host exists: the proxy knows the real one and its
 * password, and checks on every request whose sandbox it is.
 */
export function sandboxServerUrl(id: string): string {
  return `http://${id}${sandboxSuffix}`
}

/** The sandbox that an origin names, or undefined for every other origin. */
export function sandboxOfServerUrl(origin: string): string | undefined {
  if (!origin.startsWith("http://") || !origin.endsWith(sandboxSuffix)) return undefined
  const id = origin.slice("http://".length, -sandboxSuffix.length)
  return isSandboxId(id) ? id : undefined
}

/** An origin as browsers print it: `http://host`, `https://host:8443`. No path, no user-info. */
export const ServerUrlSchema = v.pipe(
  v.string(),
  v.check((value) => isServerUrl(value), "a server address looks like http://host:port"),
)

/** What the proxy offers to everyone. */
export const ProvidedServerSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  url: ServerUrlSchema,
})
export type ProvidedServer = v.InferOutput<typeof ProvidedServerSchema>

/** True for a bare http(s) origin, written exactly as `new URL(…).origin` prints it. */
export function isServerUrl(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined
  return url !== undefined && (url.protocol === "http:" || url.protocol === "https:") && url.origin === value
}

/**
 * A server's place in our URLs (`/s/<id>/`): `local`, the id of a sandbox, or `host:port` with the port always
 * written, so that a link says where it goes.
 */
export function serverId(serverUrl: string): string {
  if (serverUrl === localServerUrl) return localServerId
  const sandbox = sandboxOfServerUrl(serverUrl)
  if (sandbox !== undefined) return sandbox
  const url = new URL(serverUrl)
  const port = url.port || (url.protocol === "https:" ? "443" : "80")
  return `${url.hostname}:${port}`
}

export type Normalised = { ok: true; url: string } | { ok: false; reason: string }

/**
 * Turns what a person types into an origin: adds the scheme (https for port 443, else http), drops a trailing
 * slash. Refuses what would be silently lost: a path, a query, user-info.
 */
export function normaliseServerUrl(typed: string): Normalised {
  const text = typed.trim()
  if (text === "") return { ok: false, reason: "Type the address of an OpenCode server." }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme && scheme !== "http" && scheme !== "https")
    return { ok: false, reason: "Only http and https addresses work." }
  const address = scheme ? text : `${/:443\/?$/.test(text) ? "https" : "http"}://${text}`
  if (!URL.canParse(address) || /\s/.test(text))
    return { ok: false, reason: "This is not an address. Try host:port." }
  const url = new URL(address)
  if (url.username || url.password)
    return { ok: false, reason: "Put the user name and the password into their own fields." }
  if (url.pathname !== "/" || url.search || url.hash)
    return { ok: false, reason: "Only host and port: no path." }
  return { ok: true, url: url.origin }
}
