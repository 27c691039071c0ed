// Stands in for a bundler with `sourcemap: true`: one file out, its map beside it.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

const names = readdirSync("src").sort();
const sourcesContent = names.map((name) => readFileSync(`src/${name}`, "utf8"));
const code = sourcesContent
  .join("\n")
  .replace(/^import .*$/gm, "")
  .replace(/^export /gm, "")
  .replace(/: (string|number|Promise<string>)/g, "");
mkdirSync("dist", { recursive: true });
writeFileSync("dist/cli.js", `#!/usr/bin/env node\n${code}\n//# sourceMappingURL=cli.js.map\n`);
writeFileSync(
  "dist/cli.js.map",
  JSON.stringify({
    version: 3,
    sources: names.map((name) => `../src/${name}`),
    sourcesContent,
    names: [],
    mappings: "AAAA",
  }),
);
