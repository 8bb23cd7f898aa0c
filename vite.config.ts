import { defineConfig } from "vite"
import solid from "vite-plugin-solid"

const devProxy = process.env.SANDBAR_DEV_PROXY

// One build serves every prefix: all URLs in the output are relative, and the proxy writes the
// <base href> at run time (proxy/prefix.ts).
export default defineConfig({
  root: "app",
  base: "./",
  plugins: [solid()],
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
    // One grammar of the highlighter is that large and loads only for its language; tests/budget.test.ts guards
    // what loads first.
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
})
