// The servers that this proxy has talked to lately, with what asking them again takes. In memory only: the
// credentials are a person's, and they go when nobody has used the server for an hour.

export type KnownServer = {
  /** As the browser names it. */
  readonly name: string
  /** What the last request that the server accepted carried. */
  authorization: string | undefined
  usedAt: number
  /** When we last saw it working; undefined after an idle answer. */
  workedAt: number | undefined
  /** Directories that somebody worked in, and when that was last seen. */
  readonly directories: Map<string, number>
}

export type KnownServers = {
  /** The record of this name; a new one when there is none. */
  note: (name: string) => KnownServer
  noteDirectory: (server: KnownServer, directory: string) => void
  /** Those to ask; what is too old is dropped first. */
  recent: () => readonly KnownServer[]
}

export const rememberMs = 3_600_000
const mostServers = 100
const mostDirectories = 32

/** `always`: our own servers, which may work although nobody has used them through us. */
export function makeKnownServers(always: () => Iterable<string>, now: () => number): KnownServers {
  const servers = new Map<string, KnownServer>()

  function note(name: string): KnownServer {
    const known = servers.get(name)
    if (known) {
      known.usedAt = now()
      return known
    }
    if (servers.size >= mostServers) dropOldest(servers, (server) => lastSeen(server))
    const server = {
      name,
      authorization: undefined,
      usedAt: now(),
      workedAt: undefined,
      directories: new Map(),
    }
    servers.set(name, server)
    return server
  }

  return {
    note,
    noteDirectory(server, directory) {
      const { directories } = server
      if (directories.size >= mostDirectories && !directories.has(directory))
        dropOldest(directories, (seenAt) => seenAt)
      directories.set(directory, now())
    },
    recent() {
      for (const name of always()) note(name)
      const oldest = now() - rememberMs
      for (const [name, server] of servers) {
        if (lastSeen(server) < oldest) servers.delete(name)
        for (const [directory, seenAt] of server.directories)
          if (seenAt < oldest) server.directories.delete(directory)
      }
      return [...servers.values()]
    },
  }
}

/** An agent that works through the night keeps its server known although the last tab is long closed. */
function lastSeen({ usedAt, workedAt = 0 }: KnownServer): number {
  return Math.max(usedAt, workedAt)
}

function dropOldest<T>(map: Map<string, T>, age: (value: T) => number): void {
  const [oldest] = [...map].sort(([, one], [, other]) => age(one) - age(other))
  if (oldest) map.delete(oldest[0])
}
