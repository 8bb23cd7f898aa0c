import type { QuestionInfo, QuestionRequest } from "@opencode-ai/sdk/v2/client"
import { createSignal, createUniqueId, For, Show } from "solid-js"
import { Button } from "../ui/button.tsx"
import { createAnswering } from "./answering.ts"
import { answersOf, type Choice, firstOpen, noChoice, pick, typeOwn } from "./answers.ts"
import { useAsks } from "./asks-context.tsx"

export function QuestionForm(props: { request: QuestionRequest }) {
  const asks = useAsks()
  const { busy, error, answer } = createAnswering()
  const [choices, setChoices] = createSignal<Choice[]>([])
  const [open, setOpen] = createSignal(-1)
  const choose = (index: number, choice: Choice) => {
    setChoices((all) => props.request.questions.map((_q, i) => (i === index ? choice : (all[i] ?? noChoice))))
    setOpen(-1)
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const answers = answersOf(props.request.questions, choices())
    setOpen(firstOpen(answers))
    if (open() === -1) void answer(() => asks.replyQuestion(props.request.id, answers))
  }
  return (
    <form class="question-form" onSubmit={submit}>
      <For each={props.request.questions}>
        {(question, index) => (
          <QuestionField
            question={question}
            choice={choices()[index()] ?? noChoice}
            missing={open() === index()}
            onChoose={(choice) => choose(index(), choice)}
          />
        )}
      </For>
      <div class="ask-actions">
        <Button type="submit" variant="primary" disabled={busy()}>
          Answer
        </Button>
        <Button disabled={busy()} onClick={() => void answer(() => asks.rejectQuestion(props.request.id))}>
          Decline
        </Button>
      </div>
      <Show when={error()}>
        <p class="ask-error" role="alert">
          {error()}
        </p>
      </Show>
    </form>
  )
}

type QuestionFieldProps = {
  question: QuestionInfo
  choice: Choice
  missing: boolean
  onChoose: (choice: Choice) => void
}

function QuestionField(props: QuestionFieldProps) {
  const id = createUniqueId()
  const picked = (label: string) => props.choice.picked.includes(label)
  return (
    <fieldset class="question-field" aria-describedby={props.missing ? `${id}-missing` : undefined}>
      <legend class="ask-title">{props.question.question}</legend>
      <For each={props.question.options}>
        {(option) => (
          <label class="question-option">
            <input
              type={props.question.multiple ? "checkbox" : "radio"}
              name={id}
              checked={picked(option.label)}
              onChange={() => props.onChoose(pick(props.question, props.choice, option.label))}
            />
            <span>
              {option.label}
              <span class="question-description">{option.description}</span>
            </span>
          </label>
        )}
      </For>
      <Show when={props.question.custom !== false}>
        <input
          class="ask-input"
          autocomplete="off"
          aria-label="Your own answer"
          placeholder="Your own answer"
          value={props.choice.custom}
          onInput={(event) =>
            props.onChoose(typeOwn(props.question, props.choice, event.currentTarget.value))
          }
        />
      </Show>
      <Show when={props.missing}>
        <p class="ask-error" id={`${id}-missing`} role="alert">
          {props.question.custom === false ? "Pick an answer." : "Pick an answer or type your own."}
        </p>
      </Show>
    </fieldset>
  )
}
