// One sandbox as a driver sees it, running and well unless the test says otherwise.
import type { Observation, SandboxRecord } from "../../proxy/sandboxes/driver.ts"

export function recorded(change: Partial<SandboxRecord> = {}): SandboxRecord {
  return {
    id: "sb-0123456789ab",
    owner: "0123456789abcdef",
    ownerName: "ada",
    name: "One",
    slug: "one",
    repository: null,
    branch: null,
    directory: null,
    template: "plain",
    createdAt: 0,
    ...change,
  }
}

export function observed(change: Partial<Observation> = {}): Observation {
  return {
    record: recorded(),
    wanted: "running",
    up: true,
    leaving: false,
    step: "ready",
    entered: {},
    intentAt: 0,
    keepAwakeUntil: null,
    startedAt: 0,
    isFresh: false,
    version: "1",
    ...change,
  }
}
