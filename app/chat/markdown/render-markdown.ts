// Markdown → DOM. Raw HTML is shown as the text it is; images become links, because nothing may be fetched.
import { Marked, type Token, type TokensList } from "marked"
import { BoundedLexer, plainStretches, plainToken } from "./bounded-lexer.ts"
import { escapeHtml } from "./escape-html.ts"
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

marked.use(plainStretches)

/** The top-level blocks of `source`, in order; blank lines between them are left out. */
export function lexBlocks(source: string): TokensList {
  const tokens = lex(source)
  const blocks = tokens.filter((token) => token.type !== "space" && token.type !== "def")
  return Object.assign(blocks, { links: tokens.links })
}

/** One block of `lexBlocks` as safe DOM. */
export function renderBlock(token: Token): DocumentFragment {
  try {
    return sanitise(marked.parser([token]))
  } catch {
    return sanitise(marked.parser([plainToken(token.raw)]))
  }
}

export function renderMarkdown(source: string): DocumentFragment {
  const all = document.createDocumentFragment()
  for (const token of lex(source)) all.append(renderBlock(token))
  return all
}

/** Never throws: an answer that cannot be read as Markdown is still an answer, and shows as it was written. */
function lex(source: string): TokensList {
  try {
    return new BoundedLexer({ ...marked.defaults }).lex(source)
  } catch {
    return Object.assign([plainToken(source)], { links: {} })
  }
}

function anchor(href: string, title: string | null | undefined, content: string): string {
  const safe = safeLink(href)
  // The address stays readable, so that nothing the agent wrote is lost.
  if (safe === undefined) return href ? `${content} <code>${escapeHtml(href)}</code>` : content
  const hint = title ? ` title="${escapeHtml(title)}"` : ""
  return `<a href="${escapeHtml(safe)}"${hint}>${content}</a>`
}
