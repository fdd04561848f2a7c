// Builds the client, and serves it while it is written.
//
// `npm run dev` hands REST and Socket.IO on to a running hubbub: HUBBUB_URL, or port 3000 of this machine.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const hubbub = process.env["HUBBUB_URL"] ?? "http://127.0.0.1:3000";
const inModules = (path: string) => fileURLToPath(new URL(`./node_modules/${path}`, import.meta.url));

/** Beside each script and style a packed form, so that nobody packs it while somebody waits. */
const packed: Plugin = {
  name: "packed",
  async writeBundle({ dir = "" }, bundle) {
    const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
    for (const [name, file] of Object.entries(bundle)) {
      if (!/\.(js|css|svg)$/.test(name)) continue;
      const content = Buffer.from(file.type === "chunk" ? file.code : file.source);
      await writeFile(join(dir, `${name}.br`), brotliCompressSync(content, best));
      await writeFile(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
    }
  },
};

export default defineConfig({
  plugins: [packed],
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
    manifest: true,
  },
  server: {
    proxy: {
      "/api": { target: hubbub },
      "/health": { target: hubbub },
      "/socket.io": { target: hubbub, ws: true },
    },
  },
});
