import { repositoryName } from "../../shared/repository.ts"

const longest = 60

/** `repository branch`, with a number when that is taken: another name makes another sandbox. */
export function proposeName(
  from: { repository?: string | undefined; branch?: string | null; directory?: string },
  taken: readonly string[],
): string {
  const place = from.repository
    ? repositoryName(from.repository)
    : (from.directory?.split("/").filter(Boolean).at(-1) ?? "sandbox")
  const base = (from.branch ? `${place} ${from.branch}` : place).slice(0, longest - 4)
  for (let count = 1; ; count++) {
    const name = count === 1 ? base : `${base} ${count}`
    if (!taken.includes(name)) return name
  }
}
