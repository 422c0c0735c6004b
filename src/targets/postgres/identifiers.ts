/** Names and texts as SQL has them, for the few that are set into a statement: values travel as parameters. */
import { refuse } from '../../store/index.ts'

/** What PostgreSQL keeps of an identifier. */
const MAX_IDENTIFIER_BYTES = 63

/** @throws `invalid-argument` for one that PostgreSQL would cut short */
export function quoteIdentifier(name: string, argument = 'name'): string {
  if (Buffer.byteLength(name) > MAX_IDENTIFIER_BYTES) {
    refuse(argument, `is longer than the ${MAX_IDENTIFIER_BYTES} bytes of a name in PostgreSQL`)
  }
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
