// What config.ts wants to know about this machine.
import { accessSync, constants, statSync } from "node:fs"
import { join } from "node:path"
import type { Environment, Machine } from "./config.ts"

export function readMachine(env: Environment, projectRoot: string): Machine {
  return {
    cwd: process.cwd(),
    isTerminal: process.stderr.isTTY === true,
    isDirectory,
    isProgram,
    findOpencode: () => {
      const installed = join(projectRoot, "node_modules", ".bin", "opencode")
      return isProgram(installed) ? installed : (Bun.which("opencode", { PATH: env.PATH ?? "" }) ?? undefined)
    },
  }
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
