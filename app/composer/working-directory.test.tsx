import { cleanup, render, screen } from "@solidjs/testing-library"
import { afterEach, expect, test, vi } from "vitest"
import { makeFakeConnection } from "../../tests/fakes/fake-connection.ts"
import { ConnectionProvider } from "../connection/connection-context.tsx"
import { WorkingDirectory } from "./working-directory.tsx"

afterEach(cleanup)

test("the server is asked once the link stands, and not with every try while it is down", async () => {
  const { connection, setLink } = makeFakeConnection()
  const asked = vi.spyOn(connection.client.path, "get")
  setLink("connecting")
  render(() => (
    <ConnectionProvider value={connection}>
      <WorkingDirectory />
    </ConnectionProvider>
  ))
  for (const state of ["retrying", "connecting", "offline", "connecting"] as const) setLink(state)
  expect(asked).not.toHaveBeenCalled()
  setLink("live")
  expect(await screen.findByText("/work/repo")).toBeTruthy()
  setLink("retrying")
  setLink("live")
  expect(asked).toHaveBeenCalledTimes(1)
})
