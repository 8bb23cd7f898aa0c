// The API server, asked as plainly as it goes: paths and objects as they are on the wire. What a test looks at
// should not depend on the client library that the code under test uses.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

export interface KubeObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata?: {
    readonly name?: string
    readonly namespace?: string
    readonly uid?: string
    readonly resourceVersion?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly deletionTimestamp?: string
  }
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
}

export interface KubeList<T = KubeObject> {
  readonly items: readonly T[]
}

/** What the API server said instead of doing it: its code (403, 404, 409, …), its reason and its sentence. */
export class Refusal extends Error {
  readonly code: number
  readonly reason: string

  constructor(code: number, reason: string, message: string) {
    super(message)
    this.name = "Refusal"
    this.code = code
    this.reason = reason
  }
}

export interface Api {
  /** Any request; what is not 2xx is thrown as a Refusal. `path` begins with /api or /apis and may have a query. */
  request(method: string, path: string, body?: string, contentType?: string): Promise<string>
  get<T = KubeObject>(path: string): Promise<T>
  create<T = KubeObject>(path: string, body: object): Promise<T>
  createFromYaml(path: string, yaml: string): Promise<void>
  /** A JSON merge patch; the path may end in /status. */
  merge<T = KubeObject>(path: string, patch: object): Promise<T>
  remove(path: string): Promise<void>
  /** Asks until the answer passes; fails with the last answer after `timeout` milliseconds. */
  until<T = KubeObject>(path: string, passes: (found: T) => boolean, timeout?: number): Promise<T>
}

interface Identity {
  readonly server: string
  readonly tls: { readonly ca: string; readonly cert?: string; readonly key?: string }
  readonly token?: string
}

/** The administrator of a testbed, from the files that start.sh left in its directory. */
export function adminApi(directory: string): Api {
  const pem = (name: string) => readFileSync(join(directory, "pki", name), "utf8")
  return makeApi({
    server: readEnv(directory).KT_SERVER ?? "",
    tls: { ca: pem("ca.crt"), cert: pem("admin.crt"), key: pem("admin.key") },
  })
}

/** Whoever the token names: what that account may do shows here. */
export function tokenApi(directory: string, token: string): Api {
  const ca = readFileSync(join(directory, "pki", "ca.crt"), "utf8")
  return makeApi({ server: readEnv(directory).KT_SERVER ?? "", tls: { ca }, token })
}

/** The NAME=value lines that start.sh wrote: KT_SERVER and KT_ETCD. */
export function readEnv(directory: string): Readonly<Record<string, string>> {
  const lines = readFileSync(join(directory, "env"), "utf8").trim().split("\n")
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  )
}

function makeApi({ server, tls, token }: Identity): Api {
  async function request(method: string, path: string, body?: string, contentType = "application/json") {
    const response = await fetch(server + path, {
      method,
      headers: {
        // Logs are plain text, everything else can be JSON.
        accept: "application/json, */*",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": contentType }),
      },
      ...(body === undefined ? {} : { body }),
      redirect: "error",
      tls,
      signal: AbortSignal.timeout(20_000),
    })
    const text = await response.text()
    if (!response.ok) throw refusalOf(response.status, text)
    return text
  }

  const get = async <T>(path: string) => JSON.parse(await request("GET", path)) as T

  async function until<T>(path: string, passes: (found: T) => boolean, timeout = 30_000): Promise<T> {
    const giveUp = Date.now() + timeout
    while (true) {
      const found = await get<T>(path).catch((error: unknown) => {
        if (error instanceof Refusal && error.code === 404) return error
        throw error
      })
      if (!(found instanceof Refusal) && passes(found)) return found
      if (Date.now() > giveUp) {
        const last = found instanceof Refusal ? found.message : JSON.stringify(found, null, 2)
        throw new Error(`${path} did not become what was waited for in ${timeout} ms: ${last}`)
      }
      await sleep(100)
    }
  }

  return {
    request,
    get,
    create: async <T>(path: string, body: object) =>
      JSON.parse(await request("POST", path, JSON.stringify(body))) as T,
    createFromYaml: async (path, yaml) => void (await request("POST", path, yaml, "application/yaml")),
    merge: async <T>(path: string, patch: object) =>
      JSON.parse(await request("PATCH", path, JSON.stringify(patch), "application/merge-patch+json")) as T,
    remove: async (path) => void (await request("DELETE", path)),
    until,
  }
}

function refusalOf(code: number, text: string): Refusal {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: string; message?: string }
    return new Refusal(code, reason ?? "", message ?? text)
  } catch {
    // Not a Status object, which the API server also answers with at times.
    return new Refusal(code, "", text)
  }
}
