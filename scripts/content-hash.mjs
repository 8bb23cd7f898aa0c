import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join, relative } from "node:path"
import { root } from "./root.mjs"

/** One hash over files and whole directories: their paths and their contents. Tests do not count. */
export function contentHash(paths, from = root) {
  const hash = createHash("sha256")
  for (const file of paths.flatMap(filesUnder).sort()) {
    const content = readFileSync(file)
    hash.update(`${relative(from, file)}\0${content.length}\0`).update(content)
  }
  return hash.digest("hex")
}

/** Every file under a path, the path itself when it is a file; nothing when it is missing. */
export function filesUnder(path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}
