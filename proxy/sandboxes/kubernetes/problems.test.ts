// Why the API server did not do it, as the person who asked reads it.
import { expect, test } from "vitest"
import { StatusError } from "./api-error.ts"
import { asProblem } from "./problems.ts"

test.each([
  [
    // Kubernetes answers with 500 where it cannot ask a webhook: trying again helps, waiting for the API server does not.
    'Internal error occurred: failed calling webhook "pods.example.com": failed to call webhook: context deadline exceeded',
    "A check that the cluster makes before anything starts (pods.example.com) does not answer. Try again, or ask an operator.",
  ],
  ["etcdserver: request timed out", "The cluster's API server is too busy. Try again in a moment."],
])("an inner error (%s) says whose it is", (message, detail) => {
  expect(asProblem(new StatusError(500, { message }), "team-a")).toMatchObject({
    code: "sandbox.unavailable",
    detail,
    retryAfter: 5,
  })
})
