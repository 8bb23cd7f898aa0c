import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"

const script = join(import.meta.dirname, "../../docker/sandbox/start.sh")
const home = mkdtempSync(join(tmpdir(), "sandbar-start-"))
// In place of OpenCode: says where it was started, and how.
writeFileSync(join(home, "opencode"), '#!/bin/sh\necho "$PWD $*"\n')
chmodSync(join(home, "opencode"), 0o755)
afterAll(() => rmSync(home, { recursive: true, force: true }))

function start(env: Readonly<Record<string, string>>) {
  const path = `${home}:${process.env.PATH}`
  const { exitCode, stdout, stderr } = Bun.spawnSync([script], { env: { PATH: path, HOME: home, ...env } })
  return { exitCode, said: stdout.toString().trim(), error: stderr.toString() }
}

test("OpenCode is started in the checkout, for the whole cluster to reach", () => {
  const directory = join(home, "project")
  const { exitCode, said } = start({ OPENCODE_SERVER_PASSWORD: "x", SANDBAR_DIRECTORY: directory })
  expect(exitCode).toBe(0)
  expect(said).toBe(`${directory} serve --hostname 0.0.0.0 --port 4096`)
})

test("without a repository it is started at home", () => {
  expect(start({ OPENCODE_SERVER_PASSWORD: "x" }).said).toMatch(`${home} serve`)
})

test("without a password nothing is started, because anybody in the cluster would have a shell", () => {
  for (const env of [{}, { OPENCODE_SERVER_PASSWORD: "" }] as const) {
    const { exitCode, said, error } = start(env)
    expect({ exitCode, said }).toEqual({ exitCode: 64, said: "" })
    expect(error).toContain("OPENCODE_SERVER_PASSWORD is not set")
  }
})
