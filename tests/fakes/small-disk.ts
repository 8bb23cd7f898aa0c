// A SANDBAR_HOME on a disk that is soon full. Only root may mount one.
import { appendFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { expect } from "vitest"
import type { ProcessWorld } from "./process-world.ts"

export const canMount = process.platform === "linux" && process.getuid?.() === 0

export type SmallDisk = { fill: () => void; free: () => void; grow: () => void }

/** On a disk of 400 KB, empty before and gone after. */
export async function onSmallDisk(
  world: ProcessWorld,
  run: (disk: SmallDisk) => Promise<void>,
): Promise<void> {
  await world.driver.close()
  const mount = (...args: string[]) => expect(Bun.spawnSync(args).exitCode).toBe(0)
  mount("mount", "-t", "tmpfs", "-o", "size=400k", "none", world.home)
  const grow = () => mount("mount", "-o", "remount,size=100m", world.home)
  const filler = join(world.home, "filler")
  try {
    await world.reopen()
    await world.driver.ready
    await run({ fill: () => fillDisk(filler), free: () => rmSync(filler), grow })
  } finally {
    grow()
    await world.driver.delete(world.record.id, { data: "delete" })
    await world.until((now) => now === undefined)
    await world.driver.close()
    mount("umount", "-l", world.home)
    await world.reopen()
  }
}

function fillDisk(path: string): void {
  try {
    for (;;) appendFileSync(path, Buffer.alloc(4_096))
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC")
  }
}
