// Markdown → DOM. Raw HTML is shown as the text it is; images become links, because nothing may be fetched.
import { Marked, type Token, type TokensList } from "marked"
import { safeLink } from "./safe-link.ts"
import { sanitise } from "./sanitise.ts"

const marked = new Marked({
  gfm: true,
  breaks: false,
  renderer: {
    html: ({ text }) => escapeHtml(text),
    link({ href, title, tokens }) {
      return anchor(href, title, this.parser.parseInline(tokens))
    },
    image: ({ href, title, text }) => anchor(href, title, escapeHtml(text || "image")),
    code({ text, lang }) {
      const language = /^[\w+#.-]{1,30}/.exec(lang ?? "")?.[0]
      const name = language ? ` class="language-${language.toLowerCase()}"` : ""
      return `<pre><code${name}>${escapeHtml(text)}\n</code></pre>`
    },
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
  },
})

/** The top-level blocks of `source`, in order; blank lines between them are left out. */
export function lexBlocks(source: string): TokensList {
  const tokens = marked.lexer(source)
  const blocks = tokens.filter((token) => token.type !== "space" && token.type !== "def")
  return Object.assign(blocks, { links: tokens.links })
}

/** One block of `lexBlocks` as safe DOM. */
export function renderBlock(token: Token): DocumentFragment {
  return sanitise(marked.parser([token]))
}

export function renderMarkdown(source: string): DocumentFragment {
  return sanitise(marked.parser(marked.lexer(source)))
}

function anchor(href: string, title: string | null | undefined, content: string): string {
  const safe = safeLink(href)
  // The address stays readable, so that nothing the agent wrote is lost.
  if (safe === undefined) return href ? `${content} <code>${escapeHtml(href)}</code>` : content
  const hint = title ? ` title="${escapeHtml(title)}"` : ""
  return `<a href="${escapeHtml(safe)}"${hint}>${content}</a>`
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
