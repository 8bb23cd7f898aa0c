// Which repositories and branches may be asked for. The form checks while a person types, the proxy checks again, and
// the program that clones is given nothing else.

export type Checked<T> = ({ ok: true } & T) | { ok: false; reason: string }

export type RepositoryRules = {
  /** Exact hosts, or `*.example.com`; empty: any host. */
  gitHosts: readonly string[]
  /** Plain http as well: for tests on one machine. */
  allowHttp?: boolean
}

const longestUrl = 2_048
/** What a URL may hold without being encoded (RFC 3986 §2), without brackets, quotes and what shells love. */
const plainUrl = /^[A-Za-z0-9._~:/@%+,=-]+$/

/**
 * Takes `https://host/path`, or `host/path` as people paste it. Gives the address that git is given: never one that
 * git could read as an option or as another protocol.
 */
export function checkRepository(typed: string, rules: RepositoryRules): Checked<{ url: string }> {
  const text = typed.trim()
  if (text === "") return no("Type the https address of a repository.")
  if (text.length > longestUrl) return no("This address is too long.")
  if (/^[\w.-]+@[\w.-]+:/.test(text) || /^ssh:/i.test(text))
    return no("Only https works here: https://host/owner/repository. There are no ssh keys in a sandbox.")
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  const hasPort = /^[\w.-]+:\d/.test(text)
  const address = scheme && !hasPort ? text : `https://${text}`
  if (!plainUrl.test(address) || text.startsWith("-") || /^https?:(?!\/\/[^/])/i.test(address))
    return no("This is not the address of a repository.")
  if (scheme && !hasPort && scheme !== "https" && !(rules.allowHttp && scheme === "http"))
    return no(rules.allowHttp ? "Only https and http addresses work." : "Only https addresses work.")
  return checkUrl(address, rules)
}

function checkUrl(address: string, { gitHosts }: RepositoryRules): Checked<{ url: string }> {
  const url = URL.parse(address)
  if (!url || url.hostname === "") return no("This is not the address of a repository.")
  if (url.username || url.password || address.includes("@"))
    return no("Leave user name and password out of the address: they would be stored with it.")
  if (
    url.pathname.length < 2 ||
    url.pathname.includes("//") ||
    /(?:^|\/)\.\.?(?:\/|$)/.test(rawPath(address))
  )
    return no("The address lacks the repository: https://host/owner/repository.")
  if (!isAllowedHost(url.hostname, gitHosts))
    return no(`Repositories come from ${gitHosts.join(", ")} here; ${url.hostname} is not among them.`)
  return { ok: true, url: url.href.replace(/\/$/, "") }
}

/** `URL` resolves dots; what the person wrote decides. */
const rawPath = (address: string) => address.replace(/^[a-z]+:\/\/[^/]*/i, "")

/** `*.example.com` means hosts below it, not itself. */
export function isAllowedHost(host: string, gitHosts: readonly string[]): boolean {
  if (gitHosts.length === 0) return true
  return gitHosts.some((allowed) =>
    allowed.startsWith("*.") ? host.endsWith(allowed.slice(1)) : host === allowed,
  )
}

const longestBranch = 255

/** The rules of git-check-ref-format(1), and none that git could take for an option. */
export function checkBranch(typed: string): Checked<{ branch: string | null }> {
  const branch = typed.trim()
  if (branch === "") return { ok: true, branch: null }
  if (branch.length > longestBranch) return no("This name is too long for a branch.")
  const wrong =
    branch.startsWith("-") ||
    branch === "@" ||
    /[\p{C} ~^:?*[\\]|\.\.|@\{|\/\/|\.$|^\/|\/$/u.test(branch) ||
    branch.split("/").some((part) => part.startsWith(".") || part.endsWith(".lock"))
  return wrong ? no("This is not the name of a branch.") : { ok: true, branch }
}

/** The last part of the address: what a checkout is called. */
export function repositoryName(url: string): string {
  const last =
    url
      .replace(/\.git$/, "")
      .split("/")
      .at(-1) ?? ""
  return last.replace(/[^\w.-]/g, "-").replace(/^[.-]+/, "") || "repository"
}

function no(reason: string): { ok: false; reason: string } {
  return { ok: false, reason }
}
