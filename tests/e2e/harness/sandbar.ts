// The real proxy as a real process, as `npm run serve` starts it.
import { join } from "node:path"
import { proxyEnvironment } from "../../../scripts/proxy-environment.mjs"
import { type Child, startChild } from "../../fakes/child.ts"
import type { TempHome } from "../../fakes/temp-home.ts"

export interface Sandbar {
  /** As printed: with the prefix. */
  readonly url: string
  readonly origin: string
  readonly child: Child
  stop(): Promise<void>
}

export const root = join(import.meta.dirname, "../../..")

export async function startSandbar(
  home: TempHome,
  settings: Readonly<Record<string, string>>,
): Promise<Sandbar> {
  const child = startChild(process.execPath, [join(root, "proxy/serve-ui.ts")], {
    cwd: root,
    env: proxyEnvironment({
      ...home.env,
      PORT: "0",
      SANDBAR_DIRECTORY: home.project,
      SANDBAR_LOG: "json",
      ...settings,
    }),
  })
  try {
    const [url] = await child.until(/http:\/\/127\.0\.0\.1:\d+\/[^\s"]*/)
    return { url, origin: new URL(url).origin, child, stop: () => child.stop() }
  } catch (error) {
    await child.stop()
    throw error
  }
}
