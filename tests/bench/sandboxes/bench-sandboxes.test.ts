// What the benchmark of sandboxes says when it cannot measure: silence would look like a goal that was met.
import { expect, test } from "vitest"
import { inRoot } from "../../../scripts/root.mjs"

function bench(...args: string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, inRoot("tests/bench/sandboxes/bench-sandboxes.ts"), ...args],
    { env: { ...process.env, SANDBAR_CLUSTER: "off" } },
  )
  return { exitCode, told: stdout.toString(), said: stderr.toString() }
}

test("what needs a cluster is said not to have run, with the reason, and no goal of it is called met", () => {
  const { exitCode, told } = bench("own-share", "many")
  expect(exitCode).toBe(0)
  expect(told).toContain("NOT RUN: our own share of a start on Kubernetes, because SANDBAR_CLUSTER is off.")
  expect(told).toContain("NOT RUN: 500 sandboxes at once, because SANDBAR_CLUSTER is off.")
  expect(told).not.toMatch(/^(met|MISSED)/m)
})

test("a scenario that does not exist is refused with those that do", () => {
  const { exitCode, said } = bench("everything")
  expect(exitCode).toBe(1)
  expect(said).toContain("There are: local, own-share, many; and --quick.")
})
