import { repositoryName } from "../../shared/repository.ts"

const longest = 60

type NamedAfter = {
  repository?: string | undefined
  branch?: string | null
  directory?: string | null
}

/** `repository branch`, with a number when that is taken: another name makes another sandbox. */
export function proposeName(from: NamedAfter, taken: readonly string[]): string {
  const place = from.repository
    ? repositoryName(from.repository)
    : (from.directory?.split("/").filter(Boolean).at(-1) ?? "sandbox")
  const base = (from.branch ? `${place} ${from.branch}` : place).slice(0, longest - 4)
  for (let count = 1; ; count++) {
    const name = count === 1 ? base : `${base} ${count}`
    if (!taken.includes(name)) return name
  }
}

/** Nobody typed it, as far as can be seen. */
export function isProposedName(name: string, from: NamedAfter): boolean {
  const proposed = proposeName(from, [])
  return name === proposed || name.replace(/ \d+$/, "") === proposed
}
