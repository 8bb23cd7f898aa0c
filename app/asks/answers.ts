// What a person picked and typed, as the answers OpenCode expects: one list of labels per question.
import type { QuestionInfo } from "@opencode-ai/sdk/v2/client"

export type Choice = { picked: readonly string[]; custom: string }

export const noChoice: Choice = { picked: [], custom: "" }

/** One of several replaces the other; many of several toggle. */
export function pick(question: QuestionInfo, choice: Choice, label: string): Choice {
  if (!question.multiple) return { picked: [label], custom: "" }
  const picked = choice.picked.includes(label)
    ? choice.picked.filter((other) => other !== label)
    : [...choice.picked, label]
  return { ...choice, picked }
}

/** An own answer stands instead of a single pick, and beside several. */
export function typeOwn(question: QuestionInfo, choice: Choice, custom: string): Choice {
  const replaces = !question.multiple && custom.trim() !== ""
  return { picked: replaces ? [] : choice.picked, custom }
}

export function answersOf(questions: readonly QuestionInfo[], choices: readonly Choice[]): string[][] {
  return questions.map((_question, index) => {
    const choice = choices[index] ?? noChoice
    const own = choice.custom.trim()
    return own === "" ? [...choice.picked] : [...choice.picked, own]
  })
}

/** The first question without an answer, or -1. */
export function firstOpen(answers: readonly string[][]): number {
  return answers.findIndex((answer) => answer.length === 0)
}
