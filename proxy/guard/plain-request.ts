// Requests that Bun's parser lets through and that no route should have to think about.
import type { Context, Next } from "hono"
import { Problem } from "../../shared/problems.ts"

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

export async function requirePlainRequest(context: Context, next: Next): Promise<void> {
  const request = context.req.raw
  // TRACE echoes credentials, CONNECT asks for a tunnel: neither has a place in front of a target.
  if (!methods.has(request.method))
    throw new Problem("request.method", `${request.method} requests are not served here.`)
  // Bun joins two Host headers with a comma and takes any text for one: two readers would see two hosts.
  const host = request.headers.get("host")
  if (host !== null && !/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host))
    throw new Problem("request.malformed", "The Host header has to name one host.")
  await next()
}
