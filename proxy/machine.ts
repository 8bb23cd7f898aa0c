// What config.ts wants to know about this machine.
import { accessSync, constants, statSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import type { Environment, Machine } from "./config.ts"

export function readMachine(env: Environment, projectRoot: string): Machine {
  return {
    cwd: process.cwd(),
    dataHome: dataHome(env),
    isTerminal: process.stderr.isTTY === true,
    isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true,
    isProgram,
    findOpencode: () => {
      const installed = join(projectRoot, "node_modules", ".bin", "opencode")
      return isProgram(installed) ? installed : (Bun.which("opencode", { PATH: env.PATH ?? "" }) ?? undefined)
    },
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

function dataHome(env: Environment): string {
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support", "sandbar")
  return join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "sandbar")
}
