// One run of `opencode serve`: from the spawn until nothing of it is left.
import { randomBytes } from "node:crypto"
import * as v from "valibot"
import { HealthSchema } from "../../../shared/health.ts"
import { findFreePort } from "./free-port.ts"
import { groupIsGone } from "./process-group.ts"
import { readLines } from "./read-lines.ts"
import { markVariable, underWatchdog } from "./watchdog.ts"

export type OpencodeOptions = {
  program: string
  directory: string
  /** What the program inherits: the person's own environment, without our settings. */
  env: Record<string, string | undefined>
  onLine: (line: string) => void
}

export type OpencodeProcess = {
  pid: number
  port: number
  /** What a request has to carry as `Authorization`. */
  authorization: string
  /** Fulfilled at once when the program has ended: from here on its port may be somebody else's. */
  exited: Promise<unknown>
  /** Fulfilled after `exited`, when its output has been read; gives its last words. */
  ended: Promise<string>
  /** Ends the program and everything that it started; fulfilled when they are gone. */
  stop: () => Promise<void>
}

export const username = "opencode"

export async function startOpencode(options: OpencodeOptions): Promise<OpencodeProcess> {
  const port = await findFreePort()
  const password = randomBytes(32).toString("base64url")
  const mark = randomBytes(16).toString("hex")
  const arguments_ = ["serve", "--hostname", "127.0.0.1", "--port", String(port)]
  const child = Bun.spawn(underWatchdog([options.program, ...arguments_]), {
    cwd: options.directory,
    env: {
      ...options.env,
      OPENCODE_SERVER_USERNAME: username,
      OPENCODE_SERVER_PASSWORD: password,
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      [markVariable]: mark,
    },
    // A group of its own: Ctrl-C reaches us alone, and we end it in order.
    detached: true,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  })
  let lastWords = ""
  const hear = (line: string) => {
    const told = line.replaceAll(password, "…")
    options.onLine(told)
    // After an uncaught error come its stack and the runtime's version: true, and no help to a person.
    if (!/^(at |Bun v\d)/.test(told)) lastWords = told
  }
  const heard = Promise.all([readLines(child.stdout, hear), readLines(child.stderr, hear)])
  const ended = child.exited.then(async (code) => {
    child.stdin.end()
    // A tool that was left behind may hold the pipes open until the watchdog has ended it.
    await Promise.race([heard, Bun.sleep(1_000)])
    return lastWords || `It ended with status ${code}.`
  })
  const gone = ended.then(() => groupIsGone(child.pid))
  return {
    pid: child.pid,
    port,
    authorization: `Basic ${btoa(`${username}:${password}`)}`,
    exited: child.exited,
    ended,
    stop: async () => {
      child.stdin.end()
      await gone
    },
  }
}

/** Health is a few words. Whoever says more is a stranger on its port, who might never end. */
const mostHealth = 65_536

async function readShort(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ""
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true })
    if (text.length > mostHealth) throw new Error("the answer is too long")
  }
  return text
}

/** Every unknown path of OpenCode answers 200 with HTML, so the body decides. */
export async function isHealthy(
  server: Pick<OpencodeProcess, "port" | "authorization">,
  fetch: typeof globalThis.fetch,
  patienceMs = 1_000,
): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${server.port}/global/health`, {
      headers: { authorization: server.authorization },
      // While it starts, OpenCode accepts connections that it never answers.
      signal: AbortSignal.timeout(patienceMs),
      redirect: "error",
      proxy: false as never,
    })
    return response.ok && v.is(HealthSchema, JSON.parse(await readShort(response)))
  } catch {
    // Not listening yet, or not speaking yet: the caller asks again.
    return false
  }
}
