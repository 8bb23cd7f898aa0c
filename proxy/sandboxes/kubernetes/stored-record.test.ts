// A record in the annotations of an object that others may write to.
import { describe, expect, test } from "vitest"
import { recordKey as key, storedSandbox as record, stored } from "../../../tests/fakes/kubernetes-record.ts"
import { recordAnnotation } from "./names.ts"
import { annotationsOf, labelsOf, recordOf } from "./stored-record.ts"

describe("a stored record", () => {
  test("is read back as it was", () => expect(recordOf(stored(), key)).toEqual(record))

  test("has no part of an email in a label, where it would be too long or not allowed", () => {
    for (const value of Object.values(labelsOf(record))) expect(value).toMatch(/^[\w.-]{1,63}$/)
  })

  // Whoever has a namespace of their own could put an object there that claims to be somebody else's sandbox.
  test("copied into another namespace is nobody's", () => {
    expect(recordOf(stored({ namespace: "mallory" }), key)).toBeUndefined()
  })

  test("with another owner written into it is nobody's", () => {
    const annotations = { ...annotationsOf(record, "team-a", key) }
    annotations[recordAnnotation] = JSON.stringify({ ...record, owner: "fedcba9876543210" })
    expect(recordOf(stored({ annotations }), key)).toBeUndefined()
  })

  test("on an object of another sandbox is nobody's", () => {
    const labels = { ...labelsOf(record), "sandbar/id": "sb-ffffffffffff" }
    expect(recordOf(stored({ labels }), key)).toBeUndefined()
  })

  test("under the name of another sandbox is nobody's, even with the labels of the first", () => {
    expect(recordOf(stored({ name: "sb-ffffffffffff" }), key)).toBeUndefined()
    expect(recordOf(stored({ name: "sb-ffffffffffff-data" }), key)).toBeUndefined()
    expect(recordOf(stored({ name: "sb-0123456789ab-data" }), key)).toEqual(record)
  })

  test("says whose it is, whatever a label says", () => {
    const labels = { ...labelsOf(record), "sandbar/owner": "fedcba9876543210" }
    expect(recordOf(stored({ labels }), key)?.owner).toBe(record.owner)
  })

  test("of another installation, or without a seal, is nobody's", () => {
    expect(recordOf(stored(), new Uint8Array(32).fill(2))).toBeUndefined()
    expect(recordOf(stored({ annotations: { [recordAnnotation]: "{}" } }), key)).toBeUndefined()
    expect(recordOf({}, key)).toBeUndefined()
  })
})
