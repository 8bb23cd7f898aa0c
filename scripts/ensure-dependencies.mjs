// The locked dependencies, installed once and again when the lockfile changes.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { relative } from "node:path"
import { contentHash } from "./content-hash.mjs"
import { bunIn, ensureBun } from "./ensure-bun.mjs"
import { inRoot, pinnedBun } from "./root.mjs"
import { runChild } from "./run-child.mjs"
import { sayWhile } from "./say.mjs"
import { Stop } from "./stop.mjs"

const stampFile = inRoot("node_modules", ".sandbar-stamp")

/** Answers the path of the pinned Bun inside node_modules. */
export async function ensureDependencies() {
  const hash = contentHash([inRoot("package.json"), inRoot("bun.lock")])
  const known = readStamp()
  if (known?.hash === hash && existsSync(inRoot(known.bun))) return inRoot(known.bun)

  // Without a stamp an interrupted install starts over; with it nothing needs to be looked at.
  rmSync(stampFile, { force: true })
  const installer = await ensureBun()
  await sayWhile(
    known ? "the lockfile changed: installing" : "installing the locked dependencies",
    async () => {
      if ((await runChild(installer, ["install", "--frozen-lockfile"])) === 0) return
      throw new Stop(
        "Installing the dependencies failed for the reason above; the first start needs the npm registry once.",
      )
    },
  )
  const bun = bunIn(inRoot("node_modules"), pinnedBun())
  if (!bun)
    throw new Stop(
      `The installed packages hold no Bun ${pinnedBun()} for ${process.platform} on ${process.arch}.`,
    )
  writeFileSync(stampFile, JSON.stringify({ hash, bun: relative(inRoot(), bun) }))
  return bun
}

function readStamp() {
  if (!existsSync(stampFile)) return undefined
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"))
  } catch {
    // Cut off while it was written: the same as none.
    return undefined
  }
}
