import { marked } from 'marked'
import { readFile } from 'node:fs/promises'

export async function GET({ url }) {
  const text = await readFile(`src/content/${url.searchParams.get('page')}.md`, 'utf8')
  return new Response(marked.parse(text), { headers: { 'Content-Type': 'text/html' } })
}
