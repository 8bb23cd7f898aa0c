// Which of the rights that the driver needs are missing, asked of the API server itself.
import type { ClusterApi } from "./cluster-api.ts"
import type { Right } from "./rights-table.ts"

export type MissingRight = {
  namespace: string
  resource: string
  verbs: readonly string[]
  /** See Right. */
  without?: string
}

export async function findMissingRights(
  api: Pick<ClusterApi, "may">,
  namespace: string,
  rights: readonly Right[],
): Promise<MissingRight[]> {
  const asked = rights.map(async ({ apiGroup, resource, verbs, without }) => {
    const may = await Promise.all(verbs.map((verb) => api.may(namespace, apiGroup, resource, verb)))
    const missing = verbs.filter((_, index) => !may[index])
    const name = apiGroup === "" ? resource : `${resource}.${apiGroup}`
    return { namespace, resource: name, verbs: missing, ...(without !== undefined && { without }) }
  })
  return (await Promise.all(asked)).filter(({ verbs }) => verbs.length > 0)
}

/** For the log: one line a resource, in columns. */
export function tableOf(missing: readonly MissingRight[]): string {
  const rows = [
    ["NAMESPACE", "RESOURCE", "MISSING VERBS"],
    ...missing.map(({ namespace, resource, verbs, without }) => [
      namespace || "(all)",
      resource,
      `${verbs.join(", ")}${without === undefined ? "" : ` (optional: without it ${without})`}`,
    ]),
  ]
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(([namespace = "", resource = "", verbs = ""]) =>
      [namespace.padEnd(widths[0] ?? 0), resource.padEnd(widths[1] ?? 0), verbs].join("  "),
    )
    .join("\n")
}

export const isNeeded = ({ without }: Pick<MissingRight, "without">): boolean => without === undefined

/**
 * For a person; undefined while there is a namespace in which sandboxes can be made. Where there are several, a refusal
 * in one of them is told to whoever asks there.
 */
export function sentenceOf(
  found: readonly MissingRight[],
  namespaces: readonly string[],
): string | undefined {
  const missing = found.filter(isNeeded)
  const [first] = missing
  const isWhole = namespaces.some((namespace) => !missing.some((right) => right.namespace === namespace))
  if (!first || isWhole) return undefined
  const others = missing.length > 1 ? `, and ${missing.length - 1} more (see the log)` : ""
  return `Sandbar lacks rights in the namespace ${first.namespace}: ${first.verbs.join(", ")} on ${first.resource}${others}. An operator has to give them.`
}
