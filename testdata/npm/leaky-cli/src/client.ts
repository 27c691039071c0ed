export async function ask(question: string): Promise<string> {
  return `thinking about: ${question}`;
}
