import { expect, test } from "vitest"
import { isQuantity, quantityOf } from "./quantity.ts"

test("every way in which Kubernetes writes a quantity is understood", () => {
  const written = {
    "12345678n": 0.012345678,
    "250u": 0.00025,
    "12m": 0.012,
    "2": 2,
    "0.5": 0.5,
    ".5": 0.5,
    "5.": 5,
    "0": 0,
    "3k": 3_000,
    "129M": 129e6,
    "4G": 4e9,
    "1T": 1e12,
    "1P": 1e15,
    "2E": 2e18,
    "123456Ki": 123_456 * 1_024,
    "512Mi": 512 * 2 ** 20,
    "1.5Gi": 1.5 * 2 ** 30,
    "1Ti": 2 ** 40,
    "1Pi": 2 ** 50,
    "1Ei": 2 ** 60,
    "129e6": 129e6,
    "12E2": 1_200,
    "5e-1": 0.5,
    "-1": -1,
  }
  for (const [text, value] of Object.entries(written)) expect(quantityOf(text), text).toBeCloseTo(value, 12)
})

test("what is no quantity is no number", () => {
  for (const text of ["", " 1", "1 Gi", "Gi", "1gi", "1K", "1e", "1e2Ki", "1mm", "0x10", "Infinity", "."])
    expect(quantityOf(text), JSON.stringify(text)).toBeNaN()
})

test("whoever tells a hundred thousand digits holds nobody up", () => {
  const began = performance.now()
  expect(quantityOf(`${"1".repeat(100_000)}x`)).toBeNaN()
  expect(performance.now() - began).toBeLessThan(1_000)
})

test("a template says amounts of memory in the usual ways only", () => {
  expect(["512Mi", "4G", "1.5Gi", "1024", "2k"].filter((text) => !isQuantity(text))).toEqual([])
  expect(["512m", "5n", "5u", "1E", "1e3", "-1Gi", "+1", ".5Gi", ""].filter(isQuantity)).toEqual([])
})
