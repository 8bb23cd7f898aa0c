import { expect, test } from "vitest"
import { idFromSegment, serverAddress, serverPath, urlFromId } from "./server-path.ts"

test("a server's place says where it goes", () => {
  expect(serverPath("sb-1.team-a:4096")).toBe("/s/sb-1.team-a:4096/")
})

test("the embedded server has no address to show", () => {
  expect(serverAddress({ id: "local" })).toBeUndefined()
  expect(serverAddress({ id: "a:1" })).toBe("a:1")
})

test("a colon that was encoded on the way is the same server; garbage stays garbage", () => {
  expect(idFromSegment("a%3A4096")).toBe("a:4096")
  expect(idFromSegment("%E0%A4%A")).toBe("%E0%A4%A")
  expect(idFromSegment(undefined)).toBeUndefined()
})

test("a link to an unknown server gives the address to add", () => {
  expect(urlFromId("sb-1.team-a:4096")).toEqual({ ok: true, url: "http://sb-1.team-a:4096" })
  expect(urlFromId("host:443")).toEqual({ ok: true, url: "https://host" })
})

test("a link cannot smuggle in what the form would refuse", () => {
  for (const id of ["local", "local:80", "ada:s@host:1", "javascript://x", "host:1?x"]) {
    expect(urlFromId(id).ok).toBe(false)
  }
})
