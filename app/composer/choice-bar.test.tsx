import { cleanup, render, screen } from "@solidjs/testing-library"
import { afterEach, expect, test } from "vitest"
import { makeFakeConnection } from "../../tests/fakes/fake-connection.ts"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { createChoice } from "./choice.ts"
import { ChoiceBar } from "./choice-bar.tsx"
import type { OfferResource } from "./offer-resource.ts"

afterEach(cleanup)

const never: OfferResource = {
  value: () => undefined,
  state: () => "loading",
  reason: () => undefined,
  retry: () => undefined,
}

test("what a server offers is expected while the link is tried, and put into words when it does not come", () => {
  const { connection, setLink } = makeFakeConnection()
  render(() => (
    <ConnectionProvider value={connection}>
      <ChoiceBar choice={createChoice("a:1")} offer={never} />
    </ConnectionProvider>
  ))
  const loading = () => screen.queryByRole("status", { name: "Loading agents and models" }) !== null
  const words = () => screen.queryByText("Models appear once connected.") !== null
  setLink("connecting")
  expect([loading(), words()]).toEqual([true, false])
  for (const down of ["retrying", "offline"] as const) {
    setLink(down)
    expect([loading(), words()]).toEqual([false, true])
  }
  setLink("live")
  expect([loading(), words()]).toEqual([true, false])
})
