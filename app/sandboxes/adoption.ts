import type { KeptData, SpawnRequest } from "../../shared/sandboxes.ts"

/** What goes on with kept data: of the same make, with its own template or another one. */
export function adoption({ id, name, repository, branch }: KeptData, template: string): SpawnRequest {
  return { template, name, repository, branch, adopt: id }
}
