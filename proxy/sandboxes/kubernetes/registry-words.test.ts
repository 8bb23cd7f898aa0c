import { expect, test } from "vitest"
import { registryWords } from "./registry-words.ts"

const image = "registry.example.com:5000/team/opencode:2"
const notFound = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`

test("the registry's words are told without what the kubelet and the runtime wrap them in", () => {
  for (const message of [
    notFound,
    `Failed to pull image "${image}": ${notFound}`,
    `Back-off pulling image "${image}": ErrImagePull: ${notFound}`,
    `Error response from daemon: ${image}: not found`,
  ])
    expect(registryWords([message], image)).toBe("not found")
  const forbidden = "unexpected status from HEAD request to https://r/v2/x/manifests/2: 403 Forbidden"
  const words = `rpc error: code = Unknown desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${forbidden}`
  expect(registryWords([words], image)).toBe(forbidden)
  const away = "dial tcp: lookup registry.example.com: no such host"
  const head = `failed to resolve reference "${image}": failed to do request: Head "https://r/v2/": ${away}`
  expect(registryWords([head], image)).toBe(away)
})

test("a message that says only that it waits or failed gives way to the next", () => {
  expect(registryWords([`Back-off pulling image "${image}"`, undefined, notFound], image)).toBe("not found")
  expect(registryWords(["Error: ErrImagePull", ""], image)).toBe("")
})

test("words that nobody wrapped stay as they are", () => {
  const words = `Container image "${image}" is not present with pull policy of Never`
  expect(registryWords([words], image)).toBe(words)
  expect(registryWords(["couldn't parse image name"], "")).toBe("couldn't parse image name")
})
