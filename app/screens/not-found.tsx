import { A } from "@solidjs/router"
import { PlainPage } from "./plain-page.tsx"

export function NotFound() {
  return (
    <PlainPage title="There is nothing at this address">
      <p class="plain-text">
        The link may be old or mistyped.{" "}
        <A class="text-link" href="/">
          Open your default server
        </A>
        .
      </p>
    </PlainPage>
  )
}
