import { expect, test } from "vitest"
import { targetHeaders } from "./target-headers.ts"

const url = "http://sandbox.team-a:4096"

test("a server without a password sends only its address", () => {
  expect(targetHeaders({ url, username: "ada" })).toEqual({ "x-target-server": url })
})

test("credentials are Basic, in UTF-8", () => {
  const headers = targetHeaders({ url, username: "ada", password: "grün€" })
  const encoded = headers["x-target-authorization"]?.replace("Basic ", "") ?? ""
  expect(Buffer.from(encoded, "base64").toString("utf8")).toBe("ada:grün€")
})

test("without a user name it is the one that OpenCode expects", () => {
  const headers = targetHeaders({ url, username: "", password: "secret" })
  expect(headers["x-target-authorization"]).toBe(`Basic ${btoa("opencode:secret")}`)
})
