import { expect, test } from "vitest"
import { makeTurns } from "./turns.ts"

const never = new AbortController().signal

test("fifty at once: never more than the places are taken, in order, and all come to their turn", async () => {
  const turns = makeTurns(4)
  const order: number[] = []
  let taken = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const giveBack = await turns(never)
      order.push(index)
      taken += 1
      most = Math.max(most, taken)
      await Bun.sleep(1)
      taken -= 1
      giveBack()
      // A second time changes nothing.
      giveBack()
    }),
  )
  expect(most).toBe(4)
  expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index))
})

test("whoever does not want any more takes no place, and holds up nobody", async () => {
  const turns = makeTurns(1)
  const giveBack = await turns(never)
  const gone = new AbortController()
  const first = turns(gone.signal)
  const second = turns(never)
  gone.abort()
  await expect(first).rejects.toThrow()
  giveBack()
  const giveBackSecond = await second
  giveBackSecond()
  await turns(never)
})
