import { plan } from "./planner.ts";
import { ask } from "./client.ts";

// The prompt that our competitors would like to read.
export async function main(task: string): Promise<string> {
  return ask(plan(task));
}
