// `npm run <command>` without npm: the same file that the script line names.
import { join } from "node:path"
import { type Child, startChild } from "../../fakes/child.ts"
import type { TempHome } from "../../fakes/temp-home.ts"
import { root } from "./sandbar.ts"

export function runBootstrap(
  home: TempHome,
  args: readonly string[],
  settings: Record<string, string> = {},
): Child {
  const place = { SANDBAR_DIRECTORY: home.project, TMPDIR: home.directory }
  const env = { ...home.env, ...place, PORT: "0", SANDBAR_LOG: "json", ...settings }
  return startChild(process.execPath, [join(root, "scripts/bootstrap.mjs"), ...args], { cwd: root, env })
}

export const printedUrl = /http:\/\/127\.0\.0\.1:\d+\/[^\s"]*/
