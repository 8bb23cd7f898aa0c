// The only module of the proxy that knows the prefix. Everything else sees paths that start behind it.
import { Problem } from "../shared/problems.ts"

/** Plain path segments only: what is written into HTML and redirects needs no escaping. */
const plainPath = /^\/(?:[A-Za-z0-9._~@-]+\/)*$/

/** Any spelling of slashes at the ends; undefined for anything but a plain path. */
export function parsePrefix(text: string): string | undefined {
  const path = `/${text.replace(/^\/|\/$/g, "")}/`.replace(/^\/\/$/, "/")
  const dotted = path.split("/").some((segment) => segment === "." || segment === "..")
  return plainPath.test(path) && !dotted ? path : undefined
}

/**
 * The path of a request, without the query, exactly as it arrived; `/` where there is none (`CONNECT host:443`).
 * Bun gives only a path where the Host header is no host.
 */
export function pathOf(url: string): string {
  const start = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("://") + 3)
  if (start < 0 || !(url.startsWith("/") || /^https?:\/\//.test(url))) return "/"
  const end = url.slice(start).search(/[?#]/)
  return end < 0 ? url.slice(start) : url.slice(start, start + end)
}

/** With its question mark, exactly as it arrived; empty when there is none. */
export function queryOf(url: string): string {
  const start = url.indexOf("?")
  return start < 0 ? "" : url.slice(start)
}

/**
 * The path behind the prefix. A gateway may have stripped it, so a path outside is taken as it is. Matched on
 * a path boundary: `/a/bx` is not under `/a/b/`.
 */
export function pathInside(url: string, prefix: string): string {
  const path = pathOf(url)
  return path.startsWith(prefix) ? path.slice(prefix.length - 1) : path
}

/**
 * Whether a path outside the prefix belongs to something beside us (`/notebook/team-a/other`), not to a gateway
 * that strips the prefix.
 */
export function isNeighbour(url: string, prefix: string): boolean {
  const path = pathOf(url)
  if (prefix === "/" || path.startsWith(prefix)) return false
  const segments = prefix.split("/").filter(Boolean)
  return path.startsWith(segments.length > 1 ? `/${segments[0]}/` : `/${segments[0]}`)
}

/** `/a/b` → `b/`: relative, because only the browser knows what the gateway put in front. */
export function redirectToSlash(url: string, prefix: string): string | undefined {
  if (prefix === "/" || pathOf(url) !== prefix.slice(0, -1)) return undefined
  return `${prefix.split("/").at(-2)}/${queryOf(url)}`
}

/**
 * The prefix as the browser sees it. `forwarded` is X-Forwarded-Prefix from a trusted gateway: what that
 * gateway took off, in front of our own prefix where the path still has it.
 */
export function visiblePrefix(url: string, prefix: string, forwarded: string | undefined): string {
  if (forwarded === undefined || forwarded === prefix) return prefix
  const stillThere = pathOf(url).startsWith(prefix)
  return stillThere ? forwarded + prefix.slice(1) : forwarded
}

/** Everything in the built page is relative to this one element. */
export function writeBase(html: string, prefix: string): string {
  const page = html.replace(/\s*<base\b[^>]*>/gi, "")
  const head = /<head\b[^>]*>/i.exec(page)
  if (!head) throw new Problem("proxy.bug", "The page that was built has no head element.")
  const end = head.index + head[0].length
  return `${page.slice(0, end)}<base href="${prefix}">${page.slice(end)}`
}
