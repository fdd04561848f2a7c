// Builds the client, and serves it while it is written.
//
// `npm run dev` hands REST and Socket.IO on to a running hubbub: HUBBUB_URL, or port 3000 of this machine.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const hubbub = process.env["HUBBUB_URL"] ?? "http://127.0.0.1:3000";
const inModules = (path: string) => fileURLToPath(new URL(`./node_modules/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: {
      // Its form for browsers reads names of characters by innerHTML, which our policy forbids.
      "decode-named-character-reference": inModules("decode-named-character-reference/index.js"),
    },
  },
  build: {
    target: "es2022",
    outDir: process.env["HUBBUB_WEB_OUT"] ?? "dist",
    emptyOutDir: true,
    // A data: address in a style or a script would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: "manifest.json",
  },
  server: {
    proxy: {
      "/api": { target: hubbub },
      "/health": { target: hubbub },
      "/socket.io": { target: hubbub, ws: true },
    },
  },
});
