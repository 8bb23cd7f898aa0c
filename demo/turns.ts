// The turns that a single word in a prompt picks. The stories in Chromium rely on these texts.
import type { Turn } from "./turn.ts"

export const plainText = `This answer comes from a scripted model. It arrives a few letters at a time, the way a real model writes, so that everything between the first word and the last can be seen. The words think, markdown, bash, write, edit, todo, question, subagent, slow, overloaded and broken each show one more thing that an agent does. Nothing here needs a key, and nothing leaves this machine.`

export const markdownText = `## What changed

The parser now reads **one token ahead**:

- it stops at the first comma,
- it keeps \`quoted, commas\` as they are.

\`\`\`ts
export function parse(line: string): string[] {
  return line.split(",").map((field) => field.trim())
}
\`\`\`

| input | fields |
| --- | --- |
| \`a, b\` | 2 |
| \`"a, b"\` | 1 |

More in [the guide](https://example.com/guide).`

/** Every way to run something or to call home that a page written by an agent has been seen to try. */
export const hostileText = `<script>window.pwned = 1</script>
<img src=x onerror="window.pwned = 1"> ![seen](http://203.0.113.7/seen.png)
<svg onload="window.pwned = 1"></svg><iframe srcdoc="<script>parent.pwned = 1</script>"></iframe>
<style>body { background: url(http://203.0.113.7/style) }</style>
<a href="javascript:window.pwned=1">one</a> [two](javascript:window.pwned=1) [three](JaVaScRiPt:window.pwned=1) [four](data:text/html,<script>1</script>)
<form action="http://203.0.113.7/"><input name="a"></form><meta http-equiv="refresh" content="0; url=http://203.0.113.7/">

End of the attack.`

const closing = (text: string) => ({ text })

export const turns: readonly Turn[] = [
  {
    word: "think",
    steps: [
      {
        reasoning:
          "The question is short, so the answer should be too. First I look at what is asked, then at what is not. Both point the same way.",
        text: "Thought about it: the short way is the right one here.",
      },
    ],
  },
  { word: "hostile", steps: [{ text: hostileText }] },
  { word: "markdown", steps: [{ text: markdownText }] },
  {
    word: "bash",
    steps: [
      {
        text: "I will look at the directory.",
        tool: { name: "bash", input: { command: "echo from-bash && ls", description: "List the directory" } },
      },
      closing("The command has run."),
    ],
  },
  {
    word: "write",
    steps: [
      {
        text: "I will write a note.",
        tool: { name: "write", input: { filePath: "notes.txt", content: "written by the agent\n" } },
      },
      closing("The note is written."),
    ],
  },
  {
    word: "edit",
    steps: [
      { text: "I will read the file first.", tool: { name: "read", input: { filePath: "README.md" } } },
      {
        text: "Now the change.",
        tool: { name: "edit", input: { filePath: "README.md", oldString: "sample", newString: "changed" } },
      },
      closing("The file is changed."),
    ],
  },
  {
    word: "todo",
    steps: [
      {
        tool: {
          name: "todowrite",
          input: {
            todos: [
              { content: "Read the code", status: "completed", priority: "high" },
              { content: "Fix the test", status: "in_progress", priority: "high" },
              { content: "Write it down", status: "pending", priority: "low" },
            ],
          },
        },
      },
      closing("The list is up to date."),
    ],
  },
  {
    word: "question",
    steps: [
      {
        tool: {
          name: "question",
          input: {
            questions: [
              {
                question: "Which colour should the button have?",
                header: "Colour",
                options: [
                  { label: "Teal", description: "The accent of the house" },
                  { label: "Sand", description: "Quieter" },
                ],
              },
            ],
          },
        },
      },
      closing("Thank you, that settles it."),
    ],
  },
  {
    word: "subagent",
    steps: [
      {
        text: "I will hand this to a colleague.",
        tool: {
          name: "task",
          input: { description: "Look around", prompt: "Say what you see.", subagent_type: "general" },
        },
      },
      closing("The colleague has answered."),
    ],
  },
  { word: "slow", steps: [{ wait: 20_000, text: "Sorry for the wait." }] },
  {
    word: "broken",
    steps: [{ error: { status: 400, message: "The scripted model refuses this prompt, as asked." } }],
  },
]
