/** Text in columns. */

/** `left` and `right` say how each column is set. */
export function toTable(rows: readonly (readonly string[])[], columns: readonly ('left' | 'right')[]): string {
  const widths = columns.map((_, column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => {
    const cells = columns.map((side, column) => {
      const [text, width] = [row[column] ?? '', widths[column] ?? 0]
      return side === 'left' ? text.padEnd(width) : text.padStart(width)
    })
    return `  ${cells.join('  ')}`.trimEnd()
  })
  return lines.join('\n')
}
