import * as v from "valibot"
import { afterEach, expect, test } from "vitest"
import { endProcesses } from "./end-processes.ts"
import { signalGroup } from "./process-group.ts"
import { isGroupAlive, startOf } from "./process-table.ts"
import { ProcessFileSchema } from "./stored-files.ts"

let group = 0
afterEach(() => void signalGroup(group, "SIGKILL"))

/** A group that lives on without its leader. */
async function startOrphans(): Promise<{ pid: number; started: string }> {
  const child = Bun.spawn(["/bin/sh", "-c", "sleep 100 >/dev/null 2>&1 & read -r _"], {
    detached: true,
    stdin: "pipe",
    stdout: "ignore",
  })
  group = child.pid
  const started = startOf(child.pid) ?? ""
  await child.stdin.end()
  await child.exited
  return { pid: child.pid, started }
}

test("what is left of a group whose leader has ended is ended", async () => {
  const leader = await startOrphans()
  expect(isGroupAlive(leader.pid)).toBe(true)
  await endProcesses({ leader, mark: "nobody's" })
  expect(isGroupAlive(leader.pid)).toBe(false)
})

test("a pid from before a boot: the group that has its number now is somebody else's and lives on", async () => {
  const { pid } = await startOrphans()
  await endProcesses({
    leader: { pid, started: "00000000-0000-0000-0000-000000000000:1234" },
    mark: "nobody's",
  })
  expect(isGroupAlive(pid)).toBe(true)
})

test.each([0, 1, -1, 1.5])("a forged pid: %d would mean everybody, so it is no file of a process", (pid) => {
  const file = { pid, started: "now", port: 4_096, password: "secret", startedAt: 0, entered: {} }
  expect(v.is(ProcessFileSchema, { ...file, pid: 2 })).toBe(true)
  expect(v.is(ProcessFileSchema, file)).toBe(false)
})

test("a forged time that no calendar has is no file of a process: it would break its owner's list", () => {
  const file = { pid: 2, started: "now", port: 4_096, password: "secret", startedAt: 1e300, entered: {} }
  expect(v.is(ProcessFileSchema, file)).toBe(false)
  expect(v.is(ProcessFileSchema, { ...file, startedAt: 0, entered: { queued: 1e300 } })).toBe(false)
  expect(v.is(ProcessFileSchema, { ...file, startedAt: 0 })).toBe(true)
})
