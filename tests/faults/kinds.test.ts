// A run is only worth its counts when every kind is drawn, and each where it can break something.
import { expect, test } from "vitest"
import { makeRandom } from "../soak/random.ts"
import { drawKind, type Kind, patientKinds, quickKinds } from "./kinds.ts"

function drawn(kinds: readonly Kind[], acts: boolean): Set<Kind> {
  const random = makeRandom(7)
  return new Set(Array.from({ length: 1_000 }, () => drawKind(kinds, random, acts)))
}

test("every kind is drawn where somebody acts", () => {
  expect(drawn(quickKinds, true)).toEqual(new Set(quickKinds))
  expect(drawn(patientKinds, true)).toEqual(new Set(patientKinds))
})

test("where nobody sends anything, no kind lies in wait for it", () => {
  const others = drawn(quickKinds, false)
  expect(quickKinds.filter((kind) => !others.has(kind)).map(({ name }) => name)).toEqual([
    "request lost",
    "answer lost",
  ])
})
