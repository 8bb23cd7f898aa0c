import { cleanup, render, screen } from "@solidjs/testing-library"
import { createSignal } from "solid-js"
import { afterEach, expect, test } from "vitest"
import { gapMark } from "../text-after-gap.ts"
import { GrowingText } from "./growing-text.tsx"

afterEach(cleanup)

test("an answer whose beginning is not here yet says so in words, until it is complete", async () => {
  const [text, setText] = createSignal(`${gapMark}the end of it`)
  render(() => <GrowingText text={text()} done={false} />)
  expect(screen.getByText("The beginning appears when the answer is complete.")).toBeTruthy()
  expect(await screen.findByText("the end of it")).toBeTruthy()
  expect(document.body.textContent).not.toContain("…")
  setText("All of it, to the end of it")
  expect(await screen.findByText("All of it, to the end of it")).toBeTruthy()
  expect(screen.queryByText(/beginning appears/)).toBeNull()
})

test("words that are missing in the middle are named where they are missing, and for good after a crash", async () => {
  const [done, setDone] = createSignal(false)
  render(() => <GrowingText text={`one${gapMark}four`} done={done()} />)
  expect(screen.getByText("The words that are missing here appear when the answer is complete.")).toBeTruthy()
  expect(await screen.findByText("one")).toBeTruthy()
  setDone(true)
  expect(screen.getByText("Some words are missing here.")).toBeTruthy()
})

test("a line of three dots that the model wrote is its own", async () => {
  render(() => <GrowingText text={"one\n\n…\n\ntwo"} done />)
  expect(await screen.findByText("…")).toBeTruthy()
  expect(screen.queryByText(/missing/)).toBeNull()
})
