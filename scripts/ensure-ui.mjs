// The built UI in dist/ui: made when it is missing or older than its sources.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { contentHash } from "./content-hash.mjs"
import { precompress } from "./precompress.mjs"
import { inRoot } from "./root.mjs"
import { runChild } from "./run-child.mjs"
import { sayWhile } from "./say.mjs"
import { Stop } from "./stop.mjs"

const sources = ["app", "shared", "vite.config.ts", "bun.lock", "scripts/precompress.mjs"].map((path) =>
  inRoot(path),
)
const finished = inRoot("dist", "ui")
const stampFile = inRoot("dist", "ui.stamp")

export async function ensureUi(bun) {
  const hash = contentHash(sources)
  if (existsSync(finished) && existsSync(stampFile) && readFileSync(stampFile, "utf8") === hash) return
  await sayWhile("building the UI", () => buildUi(bun, hash))
}

/** Builds beside the old one and swaps at the end: a running proxy never serves half a build. */
async function buildUi(bun, hash) {
  const next = inRoot("dist", `ui.next-${process.pid}`)
  const old = inRoot("dist", `ui.old-${process.pid}`)
  try {
    mkdirSync(next, { recursive: true })
    const args = ["--bun", "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn", "--outDir", next]
    // Started from a test run the environment says "test", and the libraries would come in their development builds.
    const env = { ...process.env, NODE_ENV: "production" }
    if ((await runChild(bun, args, { env })) !== 0)
      throw new Stop("The UI does not build, for the reason above.")
    await precompress(next)
    rmSync(stampFile, { force: true })
    if (existsSync(finished)) renameSync(finished, old)
    renameSync(next, finished)
    writeFileSync(stampFile, hash)
  } finally {
    rmSync(next, { recursive: true, force: true })
    rmSync(old, { recursive: true, force: true })
  }
}
