// Where the screens of one server are, as the router knows them: without the prefix.

export function newSessionPath(serverID: string): string {
  return `/s/${encodeURIComponent(serverID)}`
}

export function sessionPath(serverID: string, sessionID: string): string {
  return `${newSessionPath(serverID)}/session/${encodeURIComponent(sessionID)}`
}
