// The policy of forwarded requests, and what our own servers add to it.
import { Problem } from "../../shared/problems.ts"
import { localServerUrl, sandboxOfServerUrl } from "../../shared/servers.ts"
import { type AllowedTargets, type ChooseTarget, chooseTarget, makeChooseTarget } from "../forward/target.ts"
import type { ManagedServers } from "./managed.ts"

/** Any label: a pod of a sandbox has a name below its Service's. */
const sandboxLabel = /(?:^|\.)sb-[0-9a-f]{12,20}(?:-[a-z0-9-]*)?(?:\.|$)/

export function makeChooseServer(
  allowed: AllowedTargets,
  managed: Pick<ManagedServers, "has">,
): ChooseTarget {
  const local = managed.has(localServerUrl) ? [localServerUrl] : []
  const choose = makeChooseTarget({ ...allowed, origins: [...allowed.origins, ...local] })
  return (text) => {
    // Ours: whether there is such a sandbox, and whose it is, is asked when it is reached.
    if (sandboxOfServerUrl(text) !== undefined && managed.has(text))
      return chooseTarget(text, { suffixes: [], origins: [text] })
    const target = choose(text)
    // A way around the owner: the Service of somebody's sandbox has a name that the pattern allows.
    if (target.rule === "pattern" && sandboxLabel.test(target.host))
      throw new Problem(
        "target.forbidden",
        `${target.host} is a sandbox. Open it from the list of sandboxes, where it is yours.`,
      )
    return target
  }
}
