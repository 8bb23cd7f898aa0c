import type { Place } from "./columns.ts"

/** A request's head as it goes over the wire. */
export function requestText(
  place: Place,
  method: string,
  path: string,
  more: Record<string, string> = {},
): string {
  const headers = Object.entries({ Host: `127.0.0.1:${place.port}`, ...place.headers, ...more })
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${place.path(path)} HTTP/1.1\r\n${lines.join("")}\r\n`
}

/** Undefined for a 200. */
export function refusalIn(head: string): Error | undefined {
  if (head.startsWith("HTTP/1.1 200 ")) return undefined
  return new Error(`answered with ${head.split("\r\n")[0]}`)
}
