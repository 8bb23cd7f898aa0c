// Gives every code block under an element its copy button and, when there is time, its colours.
import { arrived } from "../../base/arrived.ts"

const copiedMs = 1500

/** Returns the way to stop: what has not been coloured by then stays plain. */
export function dressCode(root: ParentNode): () => void {
  const stop = new AbortController()
  for (const code of root.querySelectorAll<HTMLElement>("pre > code")) {
    const pre = code.parentElement
    if (!pre) continue
    const text = code.textContent ?? ""
    const language = /language-([\w+#.-]+)/.exec(code.className)?.[1]
    const frame = document.createElement("div")
    frame.className = "code-block"
    pre.replaceWith(frame)
    frame.append(pre, copyButton(text, stop.signal))
    if (language) colour(code, text, language, stop.signal)
  }
  return () => stop.abort()
}

function colour(code: HTMLElement, text: string, language: string, signal: AbortSignal) {
  whenIdle(async () => {
    if (signal.aborted) return
    // Without its colours a block is as readable.
    const part = await arrived(import("./highlight.ts"))
    const lines = await part?.highlight(text, language)
    if (!lines || signal.aborted) return
    code.replaceChildren(...lines)
  })
}

function copyButton(text: string, signal: AbortSignal): HTMLButtonElement {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "code-copy"
  button.textContent = "Copy"
  button.setAttribute("aria-label", "Copy code")
  button.addEventListener("click", () => void copy(button, text, signal), { signal })
  return button
}

async function copy(button: HTMLButtonElement, text: string, signal: AbortSignal) {
  // Clipboard access needs https or localhost, and the person may have refused it.
  const kept = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  button.textContent = kept ? "Copied" : "Copying is not allowed here"
  const timer = setTimeout(() => {
    button.textContent = "Copy"
  }, copiedMs)
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true })
}

function whenIdle(run: () => void) {
  // Safari has no requestIdleCallback.
  if (typeof requestIdleCallback === "function") requestIdleCallback(run, { timeout: 500 })
  else setTimeout(run, 1)
}
