// `?add=<url>&name=…`: a link that fills in the form for a new server. Whoever sent it chose the text, so nothing in it
// is taken for granted and nothing is added or asked because of it.
import { normaliseServerUrl, serverId } from "../../shared/servers.ts"
import { visibleLine } from "../base/visible-text.ts"
import type { Server } from "./server.ts"

export type LinkedServer = { address: string; name: string }

/** As long as a name in the list may be. */
const nameLength = 80
/** Longer than any origin; what is wrong with it can be seen in a part of it, too. */
const addressLength = 300

/** `rest`: the query without the invitation, to stay in the URL. */
export function linkedServerIn(search: string): { linked: LinkedServer; rest: string } | undefined {
  const query = new URLSearchParams(search)
  const add = query.get("add")
  if (add === null) return undefined
  const name = query.get("name") ?? ""
  query.delete("add")
  query.delete("name")
  const rest = query.size > 0 ? `?${query}` : ""
  return {
    linked: { address: withoutUserInfo(cut(visibleLine(add.trim()), addressLength)), name: nameOf(name) },
    rest,
  }
}

/** The server of the list that the link leads to. */
export function knownServer(
  linked: LinkedServer,
  find: (id: string) => Server | undefined,
): Server | undefined {
  const normalised = normaliseServerUrl(linked.address)
  return normalised.ok ? find(serverId(normalised.url)) : undefined
}

function nameOf(text: string): string {
  return cut(visibleLine(text).replace(/\s+/g, " ").trim(), nameLength)
}

/** Credentials in a link are somebody else's, or bait. */
function withoutUserInfo(address: string): string {
  const bare = address.includes("://") ? address : `http://${address}`
  if (!URL.canParse(bare)) return address
  const url = new URL(bare)
  if (!url.username && !url.password) return address
  url.username = ""
  url.password = ""
  return url.pathname === "/" && !url.search && !url.hash ? url.origin : url.href
}

/** In UTF-16 units, as the schema of the list counts, but never in the middle of a character. */
function cut(text: string, length: number): string {
  let end = ""
  for (const character of text) {
    if (end.length + character.length > length) break
    end += character
  }
  return end
}
