// In which namespace a sandbox lives.
import { Problem } from "../../../shared/problems.ts"
import type { SandboxRecord } from "../driver.ts"
import type { Template } from "../templates/template.ts"

const userPattern = "{user}"
const longestName = 63

export const hasPattern = (namespace: string): boolean => namespace.includes(userPattern)

/** What Kubeflow takes for a name: each character becomes one of the namespace's, and none is lost. */
const plainName = /^[A-Za-z0-9](?:[A-Za-z0-9._@-]*[A-Za-z0-9])?$/

/**
 * `kubeflow-{user}` for user@example.com is `kubeflow-user-example-com`, as Kubeflow names profiles. Throws a Problem
 * where there is nobody to name it after, or by a name that does not fit. Two persons may still have one namespace:
 * namespace-owner.ts.
 */
export function namespaceOf(template: Template, record: Pick<SandboxRecord, "ownerName">): string {
  const pattern = partOf(template).namespace
  if (!hasPattern(pattern)) return pattern
  const user = record.ownerName ?? ""
  if (user === "")
    throw new Problem(
      "sandbox.unavailable",
      `The template "${template.title}" has a namespace for each person, and nobody is signed in.`,
    )
  if (!plainName.test(user))
    throw new Problem(
      "sandbox.refused",
      `No namespace can be named after ${JSON.stringify(user)}: only letters, digits, hyphens, dots, underscores and @ may be in a name, and it begins and ends with a letter or a digit.`,
    )
  const name = pattern.replace(userPattern, user.toLowerCase().replace(/[._@]/g, "-"))
  // Cut, it could become the name of somebody else's.
  if (name.length > longestName)
    throw new Problem("sandbox.unavailable", `The namespace ${name} would have too long a name.`)
  return name
}

/** The Kubernetes part of a template; this driver is never offered one without it. */
export function partOf(template: Template): NonNullable<Template["kubernetes"]> {
  if (!template.kubernetes) throw new Error(`the template ${template.id} has no part for Kubernetes`)
  return template.kubernetes
}
