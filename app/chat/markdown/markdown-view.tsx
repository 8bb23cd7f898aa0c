// The lazy half of <Markdown>: parser, sanitiser and highlighter arrive with this chunk.
import { createEffect, createSignal, Index, onCleanup } from "solid-js"
import { dressCode } from "./code-block.ts"
import { type MarkdownBlock, makeBlockReader } from "./markdown-blocks.ts"
import { renderBlock } from "./render-markdown.ts"
import { addScrollers, replaceGrown } from "./scrollers.ts"

export type MarkdownViewProps = {
  text: string
  /** False while the text still grows. */
  done: boolean
}

export function MarkdownView(props: MarkdownViewProps) {
  const read = makeBlockReader()
  const [blocks, setBlocks] = createSignal<MarkdownBlock[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined

  const draw = () => {
    timer = undefined
    const started = performance.now()
    setBlocks(read(props.text, props.done))
    restUntil = performance.now() + (performance.now() - started) * restFactor
  }
  let restUntil = 0

  createEffect(() => {
    const grows = props.text.length >= 0 && !props.done
    const wait = grows ? restUntil - performance.now() : 0
    if (wait <= 0) {
      clearTimeout(timer)
      draw()
      return
    }
    timer ??= setTimeout(draw, wait)
  })
  onCleanup(() => clearTimeout(timer))

  return <Index each={blocks()}>{(block) => <Block block={block()} />}</Index>
}

/** A slow block (a long table) takes at most a ninth of the main thread while it grows. */
const restFactor = 8

function Block(props: { block: MarkdownBlock }) {
  const [root, setRoot] = createSignal<HTMLDivElement>()
  createEffect(() => {
    const { token, settled } = props.block
    const element = root()
    if (!element) return
    const grown = renderBlock(token)
    addScrollers(grown)
    if (settled) onCleanup(dressCode(grown))
    replaceGrown(element, grown)
  })
  return <div class="markdown-block" ref={setRoot} />
}
