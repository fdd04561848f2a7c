// How the unit tests are found and run; what they build with is vite.config.ts.
import { defineConfig, mergeConfig } from "vitest/config";
import vite from "./vite.config.ts";

export default mergeConfig(
  vite,
  defineConfig({ test: { include: ["src/**/*.test.{ts,tsx}", "tests/**/*.test.{ts,tsx}"], environment: "node" } }),
);
