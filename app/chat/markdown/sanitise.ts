// The last gate before text of the agent becomes DOM: an allowlist, so that what we forgot is forbidden.
import createDOMPurify from "dompurify"
import { safeLink } from "./safe-link.ts"

const tags = [
  ...["p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre", "code"],
  ...["strong", "em", "del", "a", "table", "thead", "tbody", "tr", "th", "td", "span"],
]
// No style, no id and no name: neither our layout nor our globals can be reached (DOM clobbering).
const attributes = ["href", "title", "start", "align", "class"]
const ownClasses = /^(language-[\w+#.-]{1,30}|task|task-done|markdown-plain)$/

const purify = createDOMPurify(window)

purify.addHook("afterSanitizeAttributes", (node) => {
  const classes = node.getAttribute("class")
  if (classes !== null && !ownClasses.test(classes)) node.removeAttribute("class")
  if (node.nodeName !== "A") return
  const href = safeLink(node.getAttribute("href") ?? "")
  if (href === undefined) {
    node.removeAttribute("href")
    return
  }
  node.setAttribute("href", href)
  node.setAttribute("target", "_blank")
  node.setAttribute("rel", "noopener noreferrer")
})

/** Parses in an inert document: nothing in `html` is fetched or run, before or after. */
export function sanitise(html: string): DocumentFragment {
  return purify.sanitize(html, {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: attributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_NAMESPACES: ["http://www.w3.org/1999/xhtml"],
    RETURN_DOM_FRAGMENT: true,
  })
}
