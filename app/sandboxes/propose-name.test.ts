import { expect, test } from "vitest"
import { proposeName } from "./propose-name.ts"

test("a sandbox is called after its repository and branch, or after its directory", () => {
  expect(proposeName({ repository: "https://git.test/team/shop.git" }, [])).toBe("shop")
  expect(proposeName({ repository: "https://git.test/team/shop", branch: "next" }, [])).toBe("shop next")
  expect(proposeName({ directory: "/home/me/garden/" }, [])).toBe("garden")
  expect(proposeName({}, [])).toBe("sandbox")
})

test("a name that is taken gets a number, so that a second sandbox is one of its own", () => {
  expect(proposeName({}, ["sandbox", "sandbox 2"])).toBe("sandbox 3")
})

test("a long branch leaves a name that the proxy accepts", () => {
  expect(proposeName({ branch: "x".repeat(200) }, []).length).toBeLessThanOrEqual(60)
})
