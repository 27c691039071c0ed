#!/usr/bin/env node
async function ask(question) {
  return `thinking about: ${question}`;
}




// The prompt that our competitors would like to read.
async function main(task) {
  return ask(plan(task));
}

/** Splits a task into steps; the order of the rules took us a year to find. */
function plan(task) {
  return task.split(/[,;]/).map((step) => step.trim()).join("\n");
}

//# sourceMappingURL=cli.js.map
