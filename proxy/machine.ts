// What config.ts wants to know about this machine.
import { accessSync, constants, statSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import type { Environment, Machine } from "./config.ts"

export function readMachine(env: Environment, projectRoot: string): Machine {
  return {
    cwd: process.cwd(),
    isTerminal: process.stderr.isTTY === true,
    isDirectory,
    isProgram,
    dataDirectory: join(dataDirectory(env), "sandbar"),
    findOpencode: () => {
      const installed = join(projectRoot, "node_modules", ".bin", "opencode")
      return isProgram(installed) ? installed : (Bun.which("opencode", { PATH: env.PATH ?? "" }) ?? undefined)
    },
  }
}

/** XDG Base Directory on Linux; what the other platforms use elsewhere. */
function dataDirectory(env: Environment): string {
  if (env.XDG_DATA_HOME) return env.XDG_DATA_HOME
  if (process.platform === "win32" && env.LOCALAPPDATA) return env.LOCALAPPDATA
  return join(
    homedir(),
    ...(process.platform === "darwin" ? ["Library", "Application Support"] : [".local", "share"]),
  )
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    // Missing, below a file, or longer than any path: no directory that we can work in.
    return false
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Missing or not executable: either way nothing that we can run.
    return false
  }
}
