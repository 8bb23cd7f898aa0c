import { fromTargetHeader } from "../../shared/paths.ts"

/** Marks an answer as the server's own, as the proxy does. What has no mark came from the proxy or from a gateway. */
export function fromTarget(response: Response): Response {
  const headers = new Headers(response.headers)
  headers.set(fromTargetHeader, "1")
  return new Response(response.body, { status: response.status, headers })
}
