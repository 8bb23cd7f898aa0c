import { defineConfig } from "vite"
import solid from "vite-plugin-solid"

// One build serves every prefix: all URLs in the output are relative, and the proxy writes the
// <base href> at run time (proxy/prefix.ts).
export default defineConfig({
  root: "app",
  base: "./",
  plugins: [solid()],
  // Only for `npm run dev` (scripts/dev.mjs): the page comes from Vite, everything else from the real proxy.
  server: { proxy: process.env.SANDBAR_DEV_PROXY ? { "/api": process.env.SANDBAR_DEV_PROXY } : {} },
  build: {
    outDir: "../dist/ui",
    emptyOutDir: true,
    target: "esnext",
    cssTarget: "esnext",
    cssMinify: "lightningcss",
    assetsInlineLimit: 0,
    manifest: "build-manifest.json",
    modulePreload: { polyfill: false },
  },
})
