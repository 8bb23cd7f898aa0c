// One sandbox as a namespace keeps it.
import { annotationsOf, labelsOf } from "../../proxy/sandboxes/kubernetes/stored-record.ts"

export const recordKey = new Uint8Array(32).fill(1)
export const storedSandbox = {
  id: "sb-0123456789ab",
  owner: "0123456789abcdef",
  ownerName: "ada@example.com",
  name: "Größe · 大",
  slug: "groesse",
  repository: null,
  branch: null,
  directory: null,
  template: "plain",
  createdAt: 1_772_366_400_000,
}

/** The object that carries it in team-a; `change` is what somebody did to its metadata. */
export const stored = (change: object = {}) => ({
  metadata: {
    name: storedSandbox.id,
    namespace: "team-a",
    labels: labelsOf(storedSandbox),
    annotations: annotationsOf(storedSandbox, "team-a", recordKey),
    ...change,
  },
})
