import { join } from "node:path"
import { startChild } from "../../fakes/child.ts"

export type Arrangement = "root" | "keep" | "strip" | "announce"

export interface Gateway {
  /** What the browser opens: with the prefix. */
  readonly url: string
  stop(): Promise<void>
}

/** The gateway as its own process (tests/fakes/gateway.ts). */
export async function startGateway(
  arrangement: Arrangement,
  prefix: string,
  target: string,
): Promise<Gateway> {
  const program = join(import.meta.dirname, "../../fakes/gateway.ts")
  const child = startChild(process.execPath, [program, arrangement, prefix, target], {
    cwd: "/",
    env: { PATH: process.env.PATH },
  })
  try {
    const [, origin] = await child.until(/gateway on (http:\S+)/)
    return { url: origin + prefix, stop: () => child.stop() }
  } catch (error) {
    await child.stop()
    throw error
  }
}
