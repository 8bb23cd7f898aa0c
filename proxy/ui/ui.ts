// The page and its files.
import { Hono } from "hono"
import { writeBase } from "../prefix.ts"
import type { ProxyContext, ProxyEnv } from "../request-context.ts"
import { securityHeaders } from "./security-headers.ts"
import { chooseEncoding, encodedFile, etagOf, type UiFile, type UiFiles } from "./ui-files.ts"

export type UiRouteDeps = {
  ui: UiFiles
  /** The prefix as this browser sees it. */
  visiblePrefix: (context: ProxyContext) => string
  /** The path lies beside the prefix, where another program answers. */
  isNeighbour: (context: ProxyContext) => boolean
}

/** What app/routes.tsx has a screen for. */
const screens = ["/", "/s/*", "/new", "/sandbox/*", "/sandboxes"]

export function makeUiRoutes(deps: UiRouteDeps): Hono<ProxyEnv> {
  const routes = new Hono<ProxyEnv>()
  const page = (context: ProxyContext) => sendPage(context, deps)
  routes.use(async (context, next) => {
    context.set("route", "ui")
    await next()
  })
  for (const path of screens) routes.get(path, page)
  for (const [path, file] of deps.ui.files) routes.get(path, (context) => sendFile(context, file))
  // A person who mistyped an address reads the app's own page; programs and missing files get the Problem.
  routes.get("*", (context, next) =>
    isVisit(context) && !deps.isNeighbour(context) ? sendLostPage(context, deps) : next(),
  )
  return routes
}

/** A browser that goes to an address, as opposed to one that loads a part of a page. */
function isVisit(context: ProxyContext): boolean {
  const { path } = context.req
  const isFile = /\.[a-z0-9]+$/i.test(path)
  const accepts = context.req.header("accept") ?? ""
  return accepts.includes("text/html") && !isFile && !/^\/(?:api|assets)(?:\/|$)/.test(path)
}

function sendLostPage(context: ProxyContext, deps: UiRouteDeps): Response {
  const headers = { ...pageHeaders, "cache-control": "no-store" }
  return new Response(writeBase(deps.ui.indexHtml, deps.visiblePrefix(context)), { status: 404, headers })
}

const pageHeaders = { ...securityHeaders("page"), "content-type": "text/html;charset=utf-8" }

function sendPage(context: ProxyContext, { ui, visiblePrefix }: UiRouteDeps): Response {
  const html = writeBase(ui.indexHtml, visiblePrefix(context))
  const headers = { ...pageHeaders, "cache-control": "no-cache", etag: etagOf(html) }
  return isUnchanged(context, headers.etag)
    ? new Response(null, { status: 304, headers })
    : new Response(html, { headers })
}

function sendFile(context: ProxyContext, file: UiFile): Response {
  const encoding = chooseEncoding(file, context.req.header("accept-encoding"))
  const headers: Record<string, string> = {
    ...securityHeaders("page"),
    "content-type": file.type,
    "cache-control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache",
    // Another encoding is another sequence of bytes, so it has its own tag (RFC 9110 §8.8.3.3).
    etag: encoding ? file.etag.replace(/"$/, `-${encoding}"`) : file.etag,
    vary: "accept-encoding",
    ...(encoding ? { "content-encoding": encoding } : {}),
  }
  if (isUnchanged(context, headers.etag ?? "")) return new Response(null, { status: 304, headers })
  return new Response(Bun.file(encodedFile(file, encoding)), { headers })
}

/** Weak comparison (RFC 9110 §13.1.2): gateways that compress turn our tags into weak ones. */
function isUnchanged(context: ProxyContext, etag: string): boolean {
  const tags = (context.req.header("if-none-match") ?? "").split(",")
  return tags.some((tag) => tag.trim().replace(/^W\//, "") === etag)
}
