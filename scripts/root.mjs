import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A path inside the repository. */
export const inRoot = (...parts) => join(root, ...parts)

export const packageJson = () => JSON.parse(readFileSync(inRoot("package.json"), "utf8"))

/** The one Bun that everything runs on. */
export const pinnedBun = () => packageJson().dependencies.bun
