// What stands while one server is open: its stores, and the frame that stays when the screen in it changes.
import type { ParentProps } from "solid-js"
import { AsksProvider } from "../asks/asks-context.tsx"
import { ChatProvider } from "../chat/chat-context.tsx"
import { createHealthBesideLink } from "./create-health-beside-link.ts"
import { forgetWhenRefused } from "./forget-when-refused.ts"
import { ServerPage } from "./server-page.tsx"

export function OpenServer(props: ParentProps) {
  createHealthBesideLink()
  forgetWhenRefused()
  return (
    <ChatProvider>
      <AsksProvider>
        <ServerPage>{props.children}</ServerPage>
      </AsksProvider>
    </ChatProvider>
  )
}
