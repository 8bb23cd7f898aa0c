import { expect, test } from "vitest"
import { soundUrl } from "./sound-url.ts"

const of = (pathname: string, search = "", hash = "") => soundUrl({ pathname, search, hash })

test("a path that cannot be decoded stands for itself; the rest stays as it is", () => {
  expect(of("/s/%%%/", "?add=%E0%A4%A", "#x")).toBe("/s/%25%25%25/?add=%E0%A4%A#x")
  expect(of("/a/b/s/local/session/%E0%A4%A")).toBe("/a/b/s/local/session/%25E0%25A4%25A")
  expect(of("/s/h%3A1/", "", "#%")).toBe("/s/h%3A1/#%25")
  for (const path of ["/", "/s/h:4096/session/ses_1", "/s/%C3%A4/"]) expect(of(path)).toBe(path)
})
