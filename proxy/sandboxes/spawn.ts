// Making a sandbox: once for one identity however often it is asked for, and no more than a person may have.
import { isAbsolute } from "node:path"
import { Problem } from "../../shared/problems.ts"
import { checkBranch, checkRepository } from "../../shared/repository.ts"
import type { SpawnRequest } from "../../shared/sandboxes.ts"
import type { Driver, SandboxRecord } from "./driver.ts"
import { sandboxId, slugOf } from "./names.ts"
import type { Owner } from "./owner.ts"
import { unknownSandbox } from "./refusals.ts"
import type { Template } from "./templates/template.ts"

export type SpawnDeps = {
  driver: Pick<Driver, "seen" | "capabilities" | "unavailable" | "ensure" | "list" | "delete">
  findTemplate: (id: string) => Template | undefined
  key: Uint8Array
  /** How many sandboxes one person may have. */
  most: number
  allowHttp: boolean
  now: () => number
  pause: (ms: number) => Promise<unknown>
}

export type Spawned = { readonly id: string; readonly isNew: boolean }
export type Spawn = (owner: Owner, request: SpawnRequest) => Promise<Spawned>
/** Longer than another replica takes from making its sandbox to looking at all of them. */
const mostLooks = 11
const lookMs = 200
/** What deleted sandboxes left is no sandbox, but it fills disks: so much of it for each sandbox that a person may have. */
const keptForEach = 3

type Wish = Pick<SandboxRecord, "id" | "slug" | "repository" | "branch" | "directory">

export function makeSpawn(deps: SpawnDeps): Spawn {
  const { driver, findTemplate, now } = deps
  /** By id: what is on its way and cannot be seen yet. */
  const pending = new Map<string, { owner: string; spawned: Promise<Spawned> }>()

  async function begin(record: SandboxRecord, template: Template): Promise<Spawned> {
    const { id, owner } = record
    const before = driver.seen.get(id)
    requireRoom(owner, before === undefined)
    await driver.ensure(record, template)
    if (before === undefined) await giveWay(record, "delete")
    else await giveWay(record, "keep")
    return { id, isNew: true }
  }

  function requireRoom(owner: string, isNew: boolean): void {
    const own = [...driver.seen.values()].filter(({ record }) => record.owner === owner)
    const live = own.filter(({ wanted }) => wanted === "running" || wanted === "stopped")
    const ids = new Set(live.map(({ record }) => record.id))
    for (const [id, other] of pending) if (other.owner === owner) ids.add(id)
    if (ids.size >= deps.most) throw tooMany(ids.size, deps.most)
    const kept = own.filter(({ wanted }) => wanted === "data").length
    if (isNew && kept >= keptForEach * deps.most) throw tooMuchKept(kept)
  }

  /**
   * Of several replicas that all saw room, the newest sandbox gives way: each of them finds the same one. Where that one
   * was looked at before ours could be seen, it stays, and ours gives way in its place.
   */
  async function giveWay({ id, owner }: SandboxRecord, data: "keep" | "delete"): Promise<void> {
    for (let looks = 0; looks < mostLooks; looks++) {
      if (looks > 0) await deps.pause(lookMs)
      const all = [...(await driver.list(owner))].sort(byAge)
      if (all.length <= deps.most) return
      if (all.findIndex((record) => record.id === id) >= deps.most) break
    }
    // What this replica had not seen yet, data of an earlier one with this id, is nobody's to remove.
    const isKept = data === "keep" || (await driver.delete(id, { data, ifFresh: true })) === "used"
    if (isKept) await driver.delete(id, { data: "keep" })
    throw tooMany(deps.most, deps.most)
  }

  return async (owner, request) => {
    const template = findTemplate(request.template)
    if (!template) throw malformed("This template is not offered any more. Choose another one.", "template")
    const unavailable = driver.unavailable()
    if (unavailable !== undefined) throw new Problem("sandbox.unavailable", unavailable)
    const wish = request.adopt
      ? adopted(owner, request.adopt, template, deps)
      : identified(owner, request, template, deps)
    const running = pending.get(wish.id)
    if (running) return { ...(await running.spawned), isNew: false }
    const wanted = driver.seen.get(wish.id)?.wanted
    if (wanted === "running" || wanted === "stopped") return { id: wish.id, isNew: false }
    requireGone(wish.id, driver)
    const record: SandboxRecord = {
      ...wish,
      owner: owner.hash,
      ownerName: owner.name,
      name: request.name,
      template: template.id,
      createdAt: now(),
    }
    const spawned = begin(record, template).finally(() => pending.delete(wish.id))
    pending.set(wish.id, { owner: owner.hash, spawned })
    return spawned
  }
}

function byAge(one: SandboxRecord, other: SandboxRecord): number {
  return one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1)
}

/** The data says what it is of; a person chooses only the name and the template anew. */
function adopted(
  owner: Owner,
  id: string,
  { gitHosts }: Template,
  { driver, allowHttp }: Pick<SpawnDeps, "driver" | "allowHttp">,
): Wish {
  const record = driver.seen.get(id)?.record
  if (record?.owner !== owner.hash) throw unknownSandbox()
  const { slug, repository, branch, directory } = record
  // Else data of another template would be the way around this one's hosts.
  const checked = repository === null ? undefined : checkRepository(repository, { gitHosts, allowHttp })
  if (checked && !checked.ok) throw malformed(checked.reason, "template")
  return { id, slug, repository, branch, directory }
}

function identified(owner: Owner, request: SpawnRequest, template: Template, deps: SpawnDeps): Wish {
  const identity = { owner, slug: slugOf(request.name), ...placeOf(request, template, deps) }
  const isFree = (id: string) => (deps.driver.seen.get(id)?.record.owner ?? owner.hash) === owner.hash
  const id = [sandboxId(deps.key, identity), sandboxId(deps.key, identity, true)].find(isFree)
  if (id === undefined) throw new Problem("sandbox.taken", "Choose another name.", { field: "name" })
  const { slug, repository, branch, directory } = identity
  return { id, slug, repository, branch, directory }
}

function placeOf(
  { repository, branch, directory }: SpawnRequest,
  { gitHosts }: Template,
  { driver, allowHttp }: SpawnDeps,
): Pick<SandboxRecord, "repository" | "branch" | "directory"> {
  if (directory) {
    if (!driver.capabilities.localDirectories)
      throw malformed("Directories of the machine that Sandbar runs on cannot be used here.", "directory")
    if (repository) throw malformed("Choose either a repository or a directory.", "directory")
    if (!isAbsolute(directory) || /\p{C}/u.test(directory))
      throw malformed("Type the whole path of a directory, from the first slash on.", "directory")
    return { repository: null, branch: null, directory }
  }
  if (!repository) {
    if (branch) throw malformed("A branch needs a repository.", "branch")
    return { repository: null, branch: null, directory: null }
  }
  const checked = checkRepository(repository, { gitHosts, allowHttp })
  if (!checked.ok) throw malformed(checked.reason, "repository")
  const named = checkBranch(branch ?? "")
  if (!named.ok) throw malformed(named.reason, "branch")
  return { repository: checked.url, branch: named.branch, directory: null }
}

function requireGone(id: string, driver: Pick<Driver, "seen">): void {
  const before = driver.seen.get(id)
  if (before === undefined || (before.wanted === "data" && !before.leaving)) return
  throw new Problem("sandbox.taken", "One of this name is still being deleted. Try again in a moment.", {
    retryAfter: 3,
    field: "name",
  })
}

/** `count` may be the larger one: an operator can lower the limit at any time. */
function tooMany(count: number, most: number): Problem {
  const limit = count > most ? `of ${most} that you may have` : "which is as many as you may have"
  const detail = `You have ${count} sandboxes, ${limit}. Delete one that you no longer need.`
  return new Problem("sandbox.quota", detail)
}

function tooMuchKept(count: number): Problem {
  const detail = `You keep the data of ${count} deleted sandboxes, which is as much as you may keep. Delete some of it first.`
  return new Problem("sandbox.quota", detail)
}

function malformed(detail: string, field: string): Problem {
  return new Problem("sandbox.malformed", detail, { field })
}
