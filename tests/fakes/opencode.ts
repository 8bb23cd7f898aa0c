// A real OpenCode server, as somebody would run it beside Sandbar.

import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { type Child, startChild } from "./child.ts"
import { findQuietPort } from "./find-quiet-port.ts"
import type { TempHome } from "./temp-home.ts"

export interface OpenCode {
  readonly url: string
  readonly port: number
  readonly child: Child
  readonly headers: Record<string, string>
  stop(): Promise<void>
}

export const opencodeBinary = join(import.meta.dirname, "../../node_modules/.bin/opencode")

export interface OpenCodeOptions {
  readonly settings: Readonly<Record<string, string>>
  readonly password?: string
  /** Come back at the same address after a stop. */
  readonly port?: number
}

export async function startOpenCode(home: TempHome, options: OpenCodeOptions): Promise<OpenCode> {
  const port = options.port ?? (await findQuietPort())
  const password = options.password ? { OPENCODE_SERVER_PASSWORD: options.password } : {}
  const child = startChild(opencodeBinary, ["serve", "--hostname", "127.0.0.1", "--port", String(port)], {
    cwd: home.project,
    env: { ...home.env, ...options.settings, ...password },
  })
  const url = `http://127.0.0.1:${port}`
  const basic = options.password ? { authorization: `Basic ${btoa(`opencode:${options.password}`)}` } : {}
  try {
    await untilHealthy(url, basic, child)
  } catch (error) {
    await child.stop()
    throw error
  }
  return { url, port, child, headers: basic, stop: () => child.stop() }
}

async function untilHealthy(url: string, headers: Record<string, string>, child: Child): Promise<void> {
  const give = Date.now() + 30_000
  while (Date.now() < give) {
    const answer = await fetch(`${url}/global/health`, { headers, signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    )
    if (answer?.ok && ((await answer.json()) as { healthy?: boolean }).healthy === true) return
    await sleep(100)
  }
  throw new Error(`OpenCode did not get healthy:\n${child.output()}`)
}
