// The page and its files.
import type { Context } from "hono"
import { Hono } from "hono"
import { writeBase } from "../prefix.ts"
import { securityHeaders } from "./security-headers.ts"
import { chooseEncoding, encodedFile, etagOf, type UiFile, type UiFiles } from "./ui-files.ts"

export type UiRouteDeps = {
  ui: UiFiles
  /** The prefix as this browser sees it. */
  visiblePrefix: (context: Context) => string
  /** The path lies beside the prefix, where another program answers. */
  isNeighbour: (context: Context) => boolean
}

export function makeUiRoutes(deps: UiRouteDeps): Hono {
  const routes = new Hono()
  const page = (context: Context) => sendPage(context, deps)
  routes.get("/", page)
  routes.get("/s/*", page)
  for (const [path, file] of deps.ui.files) routes.get(path, (context) => sendFile(context, file))
  // A person who mistyped an address reads the app's own page; programs and missing files get the Problem.
  routes.get("*", (context, next) =>
    isVisit(context) && !deps.isNeighbour(context) ? sendLostPage(context, deps) : next(),
  )
  return routes
}

/** A browser that goes to an address, as opposed to one that loads a part of a page. */
function isVisit(context: Context): boolean {
  const { path } = context.req
  const isFile = /\.[a-z0-9]+$/i.test(path)
  const accepts = context.req.header("accept") ?? ""
  return accepts.includes("text/html") && !isFile && !/^\/(?:api|assets)(?:\/|$)/.test(path)
}

function sendLostPage(context: Context, deps: UiRouteDeps): Response {
  const headers = { ...pageHeaders, "cache-control": "no-store" }
  return new Response(writeBase(deps.ui.indexHtml, deps.visiblePrefix(context)), { status: 404, headers })
}

const pageHeaders = { ...securityHeaders("page"), "content-type": "text/html;charset=utf-8" }

function sendPage(context: Context, { ui, visiblePrefix }: UiRouteDeps): Response {
  const html = writeBase(ui.indexHtml, visiblePrefix(context))
  const headers = { ...pageHeaders, "cache-control": "no-cache", etag: etagOf(html) }
  return isUnchanged(context, headers.etag)
    ? new Response(null, { status: 304, headers })
    : new Response(html, { headers })
}

function sendFile(context: Context, file: UiFile): Response {
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
function isUnchanged(context: Context, etag: string): boolean {
  const tags = (context.req.header("if-none-match") ?? "").split(",")
  return tags.some((tag) => tag.trim().replace(/^W\//, "") === etag)
}
