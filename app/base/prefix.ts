// The only module of the app that knows the prefix. The proxy writes it into <base href> at run time.

/** The path that everything lives under, with a leading and a trailing slash. */
export const prefix = prefixOf(document.baseURI)

/** What the router takes as its base: the prefix without its trailing slash, `""` at the root. */
export const routerBase = prefix.slice(0, -1)

/** An absolute path for something that lives under the prefix: `api/config` → `/notebook/a/b/api/config`. */
export function underPrefix(path: string): string {
  return joinPrefix(prefix, path)
}

/** Whether a path leads here: `/notebook/a/b` with or without its slash, and all below it. */
export function isUnder(prefix: string, path: string): boolean {
  return `${path}/`.startsWith(prefix)
}

export function prefixOf(baseURI: string): string {
  const path = URL.canParse(baseURI) ? new URL(baseURI).pathname : "/"
  return path.slice(0, path.lastIndexOf("/") + 1) || "/"
}

export function joinPrefix(prefix: string, path: string): string {
  return prefix + path.replace(/^\/+/, "")
}
