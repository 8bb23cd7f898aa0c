import { createMemo, For, Show } from "solid-js"
import { blocksOf } from "./blocks.ts"
import { type Exchange, type Standing, totalsOf } from "./exchanges.ts"
import { cost, count, duration } from "./format.ts"
import { BlockView } from "./parts/block-view.tsx"
import { PersonTurn } from "./person-turn.tsx"
import "./exchange-view.css"

export type ExchangeViewProps = {
  exchange: Exchange
  standing: Standing
}

const notes: Partial<Record<Standing, string>> = {
  queued: "Queued",
  unread: "Not answered: the agent was stopped first",
}

export function ExchangeView(props: ExchangeViewProps) {
  const blocks = createMemo(
    () => new Map(blocksOf(props.exchange.answers).map(({ key, block }) => [key, block])),
  )
  // Keys are strings: a part that the server sends anew keeps its place, and what was opened stays open.
  const keys = createMemo(() => [...blocks().keys()])
  const working = () => props.standing === "working"
  return (
    <article class="exchange">
      <Show when={props.exchange.prompt}>
        {(prompt) => <PersonTurn turn={prompt()} note={notes[props.standing]} />}
      </Show>
      <Show when={keys().length > 0}>
        <section class="agent-turn" aria-label="Agent">
          <For each={keys()}>
            {(key) => (
              <Show when={blocks().get(key)}>
                {(block) => <BlockView block={block()} working={working()} />}
              </Show>
            )}
          </For>
        </section>
      </Show>
      <Show when={!working()}>
        <TurnFooter exchange={props.exchange} />
      </Show>
    </article>
  )
}

/** What the turn took: one quiet line, in numbers that do not jump. */
function TurnFooter(props: { exchange: Exchange }) {
  const totals = createMemo(() => totalsOf(props.exchange))
  return (
    <Show when={totals()}>
      {(spent) => (
        <p class="turn-footer">
          <span class="turn-model">{spent().model}</span>
          <Show when={spent().input + spent().output > 0}>
            <span title={`${spent().input} tokens in, ${spent().output} tokens out`}>
              {count(spent().input)} in · {count(spent().output)} out
            </span>
          </Show>
          <Show when={spent().cost > 0}>
            <span>{cost(spent().cost)}</span>
          </Show>
          <span>{duration(spent().elapsedMs)}</span>
        </p>
      )}
    </Show>
  )
}
