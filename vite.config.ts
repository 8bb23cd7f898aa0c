import { fileURLToPath } from "node:url"
import { defineConfig } from "vite"
import solid from "vite-plugin-solid"

const cppAsC = fileURLToPath(new URL("app/chat/markdown/cpp-as-c.ts", import.meta.url))
const devProxy = process.env.SANDBAR_DEV_PROXY

// One build serves every prefix: all URLs in the output are relative, and the proxy writes the
// <base href> at run time (proxy/prefix.ts).
export default defineConfig({
  root: "app",
  base: "./",
  plugins: [solid()],
  // Ruby's grammar would bring along C++'s, 800 kB, for the rare C++ inside a Ruby string.
  resolve: { alias: [{ find: /^\.\/cpp\.mjs$/, replacement: cppAsC }] },
  // Only for `npm run dev` (scripts/dev.mjs): the page comes from Vite, everything else from the
  // real proxy, which compares Origin with Host and so has to see the browser's own.
  server: { proxy: devProxy ? { "/api": { target: devProxy, changeOrigin: false } } : {} },
  build: {
    outDir: "../dist/ui",
    emptyOutDir: true,
    target: "esnext",
    cssTarget: "esnext",
    cssMinify: "lightningcss",
    assetsInlineLimit: 0,
    manifest: "build-manifest.json",
    modulePreload: { polyfill: false },
    // The largest are grammars of the highlighter, each loaded only for its language; tests/budget.test.ts guards
    // them and what loads first.
    chunkSizeWarningLimit: 260,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
})
