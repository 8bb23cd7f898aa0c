import { expect, test } from "vitest"
import { findSpace, isNearlyFull } from "./disk-space.ts"

const mebibyte = 2 ** 20
const full = (free: number, total: number) => isNearlyFull("/", async () => ({ free, total }))

test("a small disk is nearly full with less than a twentieth left, a large one with less than 1 GiB", async () => {
  expect(await full(4.9 * mebibyte, 100 * mebibyte)).toBe(true)
  expect(await full(5 * mebibyte, 100 * mebibyte)).toBe(false)
  expect(await full(1_023 * mebibyte, 4_000_000 * mebibyte)).toBe(true)
  expect(await full(1_024 * mebibyte, 4_000_000 * mebibyte)).toBe(false)
})

test("a file system that tells nothing of itself is full of nothing", async () => {
  expect(await full(0, 0)).toBe(false)
  const broken = async () => {
    throw new Error("not supported")
  }
  expect(await isNearlyFull("/", broken)).toBe(false)
})

test("this machine says how much it has", async () => {
  const { free, total } = await findSpace("/")
  expect(free).toBeGreaterThan(0)
  expect(total).toBeGreaterThan(free)
})
