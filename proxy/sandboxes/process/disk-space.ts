// Room on the disk: a repository may be larger than any, and a machine whose disk is full does nothing any more.
import { statfs } from "node:fs/promises"

export type Space = { readonly free: number; readonly total: number }
export type FindSpace = (path: string) => Promise<Space>

const lookMs = 250
const gibibyte = 2 ** 30

export const findSpace: FindSpace = async (path) => {
  const { bavail, blocks, bsize } = await statfs(path)
  return { free: bavail * bsize, total: blocks * bsize }
}

/** Less than a twentieth is free, and less than 1 GiB. False where the system does not say. */
export async function isNearlyFull(path: string, find: FindSpace = findSpace): Promise<boolean> {
  const space = await find(path).catch(() => undefined)
  return space !== undefined && space.free < Math.min(space.total / 20, gibibyte)
}

/** Calls back once there is too little. Returns what ends it. */
export function watchSpace(path: string, onFull: () => void, find?: FindSpace): () => void {
  let looking = false
  const timer = setInterval(async () => {
    if (looking) return
    looking = true
    if (await isNearlyFull(path, find)) onFull()
    looking = false
  }, lookMs)
  return () => clearInterval(timer)
}
