import { expect, test } from "vitest"
import { isProposedName, proposeName } from "./propose-name.ts"

test("a sandbox is called after its repository and branch, or after its directory", () => {
  expect(proposeName({ repository: "https://git.test/team/shop.git" }, [])).toBe("shop")
  expect(proposeName({ repository: "https://git.test/team/shop", branch: "next" }, [])).toBe("shop next")
  expect(proposeName({ directory: "/home/me/garden/" }, [])).toBe("garden")
  expect(proposeName({}, [])).toBe("sandbox")
})

test("a name that is taken gets a number, so that a second sandbox is one of its own", () => {
  expect(proposeName({}, ["sandbox", "sandbox 2"])).toBe("sandbox 3")
})

test("a name that was proposed is known again, also with its number, and a typed one is not", () => {
  const from = { repository: "https://git.test/team/shop", branch: "nope" }
  expect(isProposedName("shop nope", from)).toBe(true)
  expect(isProposedName("shop nope 2", from)).toBe(true)
  expect(isProposedName("shop", from)).toBe(false)
  expect(isProposedName("mine", from)).toBe(false)
})

test("a long branch leaves a name that the proxy accepts", () => {
  expect(proposeName({ branch: "x".repeat(200) }, []).length).toBeLessThanOrEqual(60)
})
