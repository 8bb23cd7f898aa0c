// Vitest's setup of the app's tests: what a component shows later is waited for as long as a busy machine needs.
// Only a failure takes so long; the library's own limit is one second.
import { expect } from "vitest"

// The others would pay for a library that they do not use.
if (expect.getState().testPath?.endsWith(".tsx")) {
  const { configure } = await import("@solidjs/testing-library")
  configure({ asyncUtilTimeout: 10_000 })
}
