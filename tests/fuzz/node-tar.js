// Which files npm's node-tar would write of tarballs, without writing them: the one that npm brings
// along, with the options that npm installs with. Input and output as in cpython.py.
const { execFileSync } = require("child_process");
const { createHash } = require("crypto");
const { readFileSync } = require("fs");
const { join } = require("path");

const modules = execFileSync("npm", ["root", "-g"], { stdio: ["ignore", "pipe", "ignore"] });
const { Unpack } = require(join(modules.toString().trim(), "npm", "node_modules", "tar"));

// The step that follows once it is decided where an entry goes: from here on it would touch the disk.
const symbols = Object.getOwnPropertySymbols(Unpack.prototype);
const write = symbols.find((symbol) => symbol.description === "checkFs");
if (!write) throw new Error("this node-tar has no step of the name checkFs");

const PIECE = 1000;

class Look extends Unpack {
  files = [];

  [write](entry) {
    const parts = [];
    entry.on("data", (part) => parts.push(part));
    entry.on("end", () => {
      if (entry.type === "Directory") return;
      const content = Buffer.concat(parts);
      const sha256 = createHash("sha256").update(content).digest("hex");
      this.files.push([Buffer.from(entry.path).toString("hex"), content.length, sha256]);
    });
  }
}

const look = (data) =>
  new Promise((resolve) => {
    const filter = (path, entry) => !/Link$/.test(entry.type);
    const unpack = new Look({ cwd: "/nowhere", strip: 1, filter });
    let complete = true;
    const end = () => resolve({ complete, files: unpack.files });
    const fail = () => {
      complete = false;
      end();
    };
    // npm logs a warning and goes on.
    unpack.on("warn", () => (complete = false));
    unpack.on("error", fail).on("end", end);
    // In pieces, as they come from a registry.
    try {
      for (let at = 0; at < data.length; at += PIECE) unpack.write(data.subarray(at, at + PIECE));
      unpack.end();
    } catch {
      fail();
    }
  });

(async () => {
  const input = readFileSync(0);
  for (let at = 0; at < input.length; ) {
    const start = at + 5;
    at = start + input.readUInt32BE(start - 4);
    console.log(JSON.stringify(await look(input.subarray(start, at))));
  }
})();
