// What node-tar sees in tarballs, without unpacking them: the one that npm brings along, and installs
// with. Input and output as in cpython.py.
const { execFileSync } = require("child_process");
const { createHash } = require("crypto");
const { readFileSync } = require("fs");
const { join } = require("path");

const modules = execFileSync("npm", ["root", "-g"], { stdio: ["ignore", "pipe", "ignore"] });
const { Parser } = require(join(modules.toString().trim(), "npm", "node_modules", "tar"));

const seen = (name, content) => [
  Buffer.from(name).toString("hex"),
  content.length,
  createHash("sha256").update(content).digest("hex"),
];

const look = (data) =>
  new Promise((resolve) => {
    const answer = { complete: true, files: [] };
    const stop = () => {
      answer.complete = false;
      resolve(answer);
    };
    const parser = new Parser({
      onReadEntry(entry) {
        const parts = [];
        entry.on("data", (part) => parts.push(part));
        entry.on("end", () => {
          if (entry.type === "Directory") return;
          const isLink = entry.type.endsWith("Link");
          const content = isLink ? Buffer.from(entry.linkpath) : Buffer.concat(parts);
          answer.files.push(seen(entry.path, content));
        });
      },
    });
    parser.on("warn", stop).on("error", stop).on("end", () => resolve(answer));
    parser.end(data);
  });

(async () => {
  const input = readFileSync(0);
  for (let at = 0; at < input.length; ) {
    const start = at + 5;
    at = start + input.readUInt32BE(start - 4);
    console.log(JSON.stringify(await look(input.subarray(start, at))));
  }
})();
