import { expect, test } from "vitest"
import { proxyEnvironment } from "./proxy-environment.mjs"

test("the local server works where the person stood, not where npm ran the script", () => {
  expect(proxyEnvironment({ INIT_CWD: "/home/me/project" }).SANDBAR_DIRECTORY).toBe("/home/me/project")
})

test("a relative directory is meant from there too", () => {
  const env = { INIT_CWD: "/home/me", SANDBAR_DIRECTORY: "project" }
  expect(proxyEnvironment(env).SANDBAR_DIRECTORY).toBe("/home/me/project")
  expect(proxyEnvironment({ ...env, SANDBAR_DIRECTORY: "/srv/p" }).SANDBAR_DIRECTORY).toBe("/srv/p")
})

test("without npm nothing is added, and the proxy decides", () => {
  expect(proxyEnvironment({})).not.toHaveProperty("SANDBAR_DIRECTORY")
})

test("many event streams fit, unless the person chose a number", () => {
  expect(proxyEnvironment({}).BUN_CONFIG_MAX_HTTP_REQUESTS).toBe("65336")
  expect(proxyEnvironment({ BUN_CONFIG_MAX_HTTP_REQUESTS: "1000" }).BUN_CONFIG_MAX_HTTP_REQUESTS).toBe("1000")
})
