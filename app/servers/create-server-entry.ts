// What stands in the form: its fields, what is wrong with them, and the entry that they make.
import { type Accessor, createMemo, createSignal } from "solid-js"
import { normaliseServerUrl, serverId } from "../../shared/servers.ts"
import type { Server } from "./server.ts"
import { useServers } from "./server-context.tsx"
import type { ServerEntry } from "./server-list.ts"

/** `start`: what stands in the form of a new server. */
export function createServerEntry(server: Server | undefined, start?: { address?: string; name?: string }) {
  const servers = useServers()
  const address = createSignal(server?.url ?? start?.address ?? "")
  const name = createSignal(server?.name ?? start?.name ?? "")
  const username = createSignal(server?.username ?? "")
  const remember = createSignal(server ? servers.remembers(server.id) : false)
  // An empty field is wrong only once someone tries to save it.
  const [tried, setTried] = createSignal(false)

  const normalised = createMemo(() =>
    server?.provided ? { ok: true as const, url: server.url } : normaliseServerUrl(address[0]()),
  )
  const url = createMemo(() => {
    const now = normalised()
    return now.ok ? now.url : undefined
  })
  const password = createEntryPassword(server, url)
  const twin = () => {
    const now = url()
    const there = now === undefined ? undefined : servers.find(serverId(now))
    return there?.id === server?.id ? undefined : there
  }
  const fault = () => {
    const now = normalised()
    if (!now.ok) return address[0]().trim() !== "" || tried() ? now.reason : undefined
    const there = twin()
    return there && `This server is already in the list as “${there.name}”.`
  }
  const target = createMemo(() => {
    const now = url()
    return now === undefined ? undefined : { url: now, username: username[0](), password: password.text() }
  })

  /** Saves, and gives the id of what was saved; undefined while something is wrong. */
  const save = (): string | undefined => {
    setTried(true)
    const now = url()
    if (!now || twin()) return undefined
    const entry: ServerEntry = {
      name: name[0]().trim() || new URL(now).host,
      url: now,
      username: username[0]().trim(),
      ...(password.isSettled() && { password: password.text() }),
      remember: remember[0]() && servers.cannotRemember() === undefined,
    }
    if (server) servers.edit(server.id, entry)
    else servers.add(entry)
    return serverId(now)
  }
  return { address, name, username, password, remember, url, fault, target, save }
}

/**
 * The password in the form. One that was saved is for the address that the server had, a typed one for the address
 * that it was typed for: while another stands in the form, nobody is sent it, neither by the live test nor after
 * saving. Addresses are tested while they are typed, and a half-typed one may be somebody else's.
 */
function createEntryPassword(server: Server | undefined, url: Accessor<string | undefined>) {
  const [typed, set] = createSignal<{ text: string; at: string | undefined }>()
  const typedHere = () => {
    const now = typed()
    return now && now.at === url() ? now : undefined
  }
  const moved = () => server !== undefined && url() !== server.url
  const saved = () => (moved() ? undefined : server?.password)
  return {
    text: () => typedHere()?.text ?? saved() ?? "",
    /** What stands there was not typed into this form. */
    isSaved: () => !typedHere() && Boolean(saved()),
    set: (text: string) => set({ text, at: url() }),
    /** Otherwise the saved one stays; it may have come from another tab, or from the vault, after the form. */
    isSettled: () => typedHere() !== undefined || moved(),
    /** Why the field is empty, when a password is held back. */
    withheld: () => {
      if (url() === undefined || typedHere() || saved()) return undefined
      const elsewhere = typed()
      if (elsewhere?.text) {
        const where = elsewhere.at === undefined ? "before the address" : `for ${elsewhere.at}`
        return `The password was typed ${where}. Type it again to use it here.`
      }
      return server?.password
        ? `The saved password is for ${server.url}. Type it again to use it here.`
        : undefined
    },
  }
}
