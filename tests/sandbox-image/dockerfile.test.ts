// The Dockerfile cannot be built without a registry; what can go out of step with the rest is held here.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { packageJson, root } from "../../scripts/root.mjs"

const read = (path: string) => readFileSync(join(root, path), "utf8")
const dockerfile = read("docker/sandbox/Dockerfile")

test("it installs OpenCode with the pinned Bun", () => {
  expect(/^ARG BUN_VERSION=(.+)$/m.exec(dockerfile)?.[1]).toBe(packageJson().dependencies.bun)
})

test("everything that it copies exists, and the build is given it", () => {
  const given = read("docker/sandbox/Dockerfile.dockerignore")
    .split("\n")
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1))
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(?:--\S+ )*(.+) \S+$/gm)].flatMap(
    (match) => match[1]?.split(" ") ?? [],
  )
  expect(copied.length).toBeGreaterThan(6)
  for (const path of copied) {
    expect(existsSync(join(root, path)), path).toBe(true)
    expect(
      given.some((place) => path === place || path.startsWith(`${place}/`)),
      path,
    ).toBe(true)
  }
})

test("what it starts is what the image of the tests starts", () => {
  const image = read("tests/cluster/harness/image.ts")
  const entrypoint = /^ENTRYPOINT (.+)$/m.exec(dockerfile)?.[1] ?? ""
  expect(JSON.parse(entrypoint)).toEqual(["tini", "--", "/opt/sandbar/start.sh"])
  expect(image).toContain(`entrypoint: ${entrypoint}`)
})
