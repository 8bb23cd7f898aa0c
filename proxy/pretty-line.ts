// A log line for people at a terminal.
import * as v from "valibot"

const LineSchema = v.looseObject({ time: v.string(), level: v.string(), msg: v.optional(v.string(), "") })

/** One JSON line of the log → `12:30:01 warn  message key=value`. */
export function prettyLine(json: string): string {
  const { time, level, msg, ...rest } = v.parse(LineSchema, JSON.parse(json))
  const fields = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  )
  return `${printable([time.slice(11, 19), level.padEnd(5), msg, ...fields].join(" "))}\n`
}

/** What a stranger put into a path or a program into its output must not steer the terminal. */
function printable(text: string): string {
  return [...text].map((char) => (isControl(char) ? "�" : char)).join("")
}

function isControl(char: string): boolean {
  const code = char.codePointAt(0) ?? 0
  return code < 0x20 || (code >= 0x7f && code < 0xa0)
}
