// Reading what arrived on a raw socket, at either end.

export function headOf(message: string): string {
  return message.slice(0, message.indexOf("\r\n\r\n") + 4)
}

/** Without the sizes: which chunks Bun makes of a body is its own business. */
export function chunkedBodyOf(message: string): string {
  const chunks = message.slice(headOf(message).length).matchAll(/[0-9a-f]+\r\n([^\r]*)\r\n/g)
  return [...chunks].map((chunk) => chunk[1]).join("")
}

/** Of all answers on one connection, in order. */
export function statusesOf(answers: string): number[] {
  return [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]))
}

/** To the last byte, what a target gets for a plain request that says `X-Request-Id: r-1`. */
export function headAtTarget(line: string, origin: string, body?: "chunks"): string {
  const lines = [
    `${line} HTTP/1.1`,
    "Accept-Encoding: identity",
    `Host: ${new URL(origin).host}`,
    "Via: 1.1 sandbar-test",
    "x-request-id: r-1",
    // From here on it is Bun that adds them.
    "Connection: keep-alive",
    `User-Agent: Bun/${Bun.version}`,
    "Accept: */*",
    ...(body ? ["Transfer-Encoding: chunked"] : []),
  ]
  return `${lines.join("\r\n")}\r\n\r\n`
}
