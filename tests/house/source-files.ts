import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"

export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string
  readonly text: string
}

export const root = join(import.meta.dirname, "../..")

const ours = ["app", "demo", "docs", "proxy", "scripts", "shared", "tests"]
const textFile = /\.(?:tsx?|mjs|css|html|md)$/

export function readSourceFiles(): SourceFile[] {
  return ours
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => {
      const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile() && textFile.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => ({
          path: relative(root, file).replaceAll("\\", "/"),
          text: readFileSync(file, "utf8"),
        }))
    })
}

export const isTest = (path: string) => /\.test\.tsx?$/.test(path)
export const isCode = (path: string) => /\.(?:tsx?|mjs)$/.test(path)
export const isProduction = (path: string) => !path.startsWith("tests/") && !isTest(path)
