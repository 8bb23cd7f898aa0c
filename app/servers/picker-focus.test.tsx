// Where the focus goes when a switch takes away the page that opened the picker, and the picker with it.
import { MemoryRouter, Route, useLocation } from "@solidjs/router"
import { cleanup, fireEvent, render, screen, waitFor } from "@solidjs/testing-library"
import { createSignal, onMount, Show } from "solid-js"
import { afterEach, beforeEach, expect, test } from "vitest"
import { Picker } from "./picker.tsx"
import { ServersProvider } from "./server-context.tsx"
import type { ServerHealth } from "./server-health.ts"

const provided = [
  { name: "Alpha", url: "http://alpha:4096" },
  { name: "Beta", url: "http://beta:4096" },
]

function Page(props: { writes: boolean }) {
  const [open, setOpen] = createSignal(false)
  let prompt: HTMLTextAreaElement | undefined
  onMount(() => props.writes && prompt?.focus())
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Open
      </button>
      <Picker open={open()} onOpenChange={setOpen} />
      <main tabindex="-1">
        <textarea ref={prompt} />
      </main>
    </>
  )
}

/** Every path is a page of its own. With `writes`, it takes the focus as the prompt does with a mouse. */
function show(writes: boolean) {
  const probe = async (): Promise<ServerHealth> => ({ kind: "needs-password" })
  render(() => (
    <MemoryRouter
      root={(root) => (
        <ServersProvider options={{ provided, activeId: () => "alpha:4096", probe }}>
          {root.children}
        </ServersProvider>
      )}
    >
      <Route
        path="*"
        component={() => {
          const location = useLocation()
          return (
            <Show when={location.pathname} keyed>
              {(_path) => <Page writes={writes} />}
            </Show>
          )
        }}
      />
    </MemoryRouter>
  ))
}

async function pickBeta() {
  const opener = screen.getByText("Open")
  opener.focus()
  fireEvent.click(opener)
  const row = await screen.findByRole("link", { name: /Beta/ })
  row.focus()
  fireEvent.click(row)
  await waitFor(() => expect(opener.isConnected).toBe(false))
  // The dialog hands the focus back a frame later.
  await new Promise((resolve) => setTimeout(resolve, 30))
}

beforeEach(() => localStorage.clear())
afterEach(async () => {
  cleanup()
  await new Promise((resolve) => setTimeout(resolve, 30))
})

test("the new page's main region takes it, so that nobody starts at the top of the document again", async () => {
  show(false)
  await pickBeta()
  expect(document.activeElement).toBe(screen.getByRole("main"))
})

test("where the prompt took it already, it stays there", async () => {
  show(true)
  await pickBeta()
  expect(document.activeElement).toBe(screen.getByRole("textbox"))
})
